//! Words that say little about what a text is about. They are indexed all the same.

/// Whether `word`, in its exact form, is a stop word: English function words and the words by which
/// questions are put, or a Chinese particle.
pub fn is_stop(word: &str) -> bool {
    word.len() <= LONGEST && WORDS.binary_search(&word).is_ok()
}

/// Bytes of the longest stop word.
const LONGEST: usize = 10;

/// In byte order.
const WORDS: [&str; 187] = [
    "a", "about", "above", "after", "again", "against", "al", "all", "also", "am", "an",
    "and", "any", "are", "as", "at", "be", "because", "been", "before", "being", "below",
    "between", "both", "but", "by", "can", "cannot", "could", "did", "do", "does",
    "doesnt", "doing", "dont", "down", "during", "each", "either", "et", "etc", "few",
    "for", "from", "further", "had", "has", "have", "having", "he", "her", "here",
    "hers", "him", "his", "how", "however", "i", "if", "in", "into", "is", "isnt", "it",
    "its", "itself", "just", "may", "me", "might", "more", "most", "must", "my",
    "neither", "no", "nor", "not", "of", "off", "on", "once", "only", "or", "other",
    "our", "ours", "out", "over", "own", "per", "she", "should", "since", "so", "some",
    "such", "than", "that", "the", "their", "theirs", "them", "then", "there", "these",
    "they", "this", "those", "through", "thus", "to", "too", "under", "until", "up",
    "upon", "us", "very", "was", "we", "were", "what", "whats", "when", "where",
    "whether", "which", "while", "who", "whom", "whose", "why", "will", "with", "within",
    "without", "would", "you", "your", "yours", "が", "で", "と", "に", "の", "は", "も",
    "を", "一种", "与", "中", "为", "之", "也", "了", "于", "什么", "从", "以", "其",
    "到", "及", "和", "哪些", "在", "基于", "如何", "对", "将", "就", "并", "怎么",
    "怎样", "或", "把", "是", "是否", "有", "由", "的", "等", "而", "被", "这", "那",
    "都",
];
