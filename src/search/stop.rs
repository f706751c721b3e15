//! Words that carry no topic. They stay in phrases and pairs; alone they neither find nor rank
//! beside words that matter.

/// Function words of English and the words that questions are made of, sorted.
const ENGLISH: [&str; 146] = [
    "a", "about", "above", "after", "again", "against", "all", "also", "am", "among",
    "an", "and", "any", "are", "as", "at", "be", "because", "been", "before", "being",
    "below", "between", "both", "but", "by", "can", "cannot", "could", "did", "do",
    "does", "doing", "done", "down", "during", "each", "either", "else", "ever", "every",
    "few", "for", "from", "further", "get", "give", "given", "had", "has", "have",
    "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into",
    "is", "it", "its", "itself", "just", "may", "me", "might", "mine", "more", "most",
    "much", "must", "my", "neither", "no", "nor", "not", "now", "of", "off", "on",
    "once", "one", "only", "or", "other", "our", "ours", "out", "over", "own", "please",
    "same", "shall", "she", "should", "since", "so", "some", "such", "than", "that",
    "the", "their", "theirs", "them", "then", "there", "these", "they", "this", "those",
    "through", "thus", "to", "too", "toward", "under", "until", "up", "upon", "us",
    "very", "was", "we", "were", "what", "whatever", "when", "where", "whether", "which",
    "while", "who", "whom", "whose", "why", "will", "with", "within", "would", "you",
];

/// Says whether a folded word carries no topic.
pub(super) fn is_stop(word: &str) -> bool {
    ENGLISH.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(ENGLISH.is_sorted());
        assert!(is_stop("the") && !is_stop("clip"));
    }
}
