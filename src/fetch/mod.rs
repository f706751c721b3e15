//! Polite, resumable download of what the bibliography names and the corpus lacks.
