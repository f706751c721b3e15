//! What changed in the corpus, read it, index it, commit, remember failures.
