//! The pages that cite an entry, printed at the end of it by some bibliographies: no text of the entry.

use super::furniture::Dropped;
use super::{Block, BlockKind};

/// Takes the pages that cite an entry off its end, where most entries name them: `In ICLR, 2022. 1, 4`.
/// Returns what was taken, with the page index.
pub(super) fn drop_backrefs(blocks: &mut [Block], n_pages: u32) -> Vec<Dropped> {
    let is_entry = |block: &&Block| block.kind == BlockKind::Reference;
    let all = blocks.iter().filter(is_entry).count();
    let listed = |block: &Block| backrefs(&block.text, n_pages);
    let n = blocks.iter().filter(is_entry).filter_map(listed).count();
    if n < 5 || n * 10 < all * 6 {
        return vec![];
    }
    let mut dropped = vec![];
    for block in blocks.iter_mut().filter(|b| b.kind == BlockKind::Reference) {
        let Some(start) = backrefs(&block.text, n_pages) else { continue };
        let page = block.page.saturating_sub(1);
        dropped.push(Dropped { page, text: block.text.split_off(start) });
        block.text.truncate(block.text.trim_end().len());
        let end = block.text.len();
        block.cites.retain(|cite| cite.range.end <= end);
        block.turns.retain(|turn| *turn < end);
    }
    dropped
}

/// Returns where a list of growing page numbers starts, behind the period that ends an entry.
fn backrefs(text: &str, n_pages: u32) -> Option<usize> {
    let is_list = |c: char| c.is_ascii_digit() || c == ',' || c == ' ';
    let head = text.trim_end_matches(is_list);
    let list = &text[head.len()..];
    let mut last = 0;
    for number in list.trim().split(", ") {
        let page: u32 = number.parse().ok()?;
        if page <= last || page > n_pages {
            return None;
        }
        last = page;
    }
    (list.starts_with(' ') && head.ends_with(['.', '/'])).then_some(head.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_behind_the_period_are_told_from_those_of_the_entry() {
        let rest = |text: &str| backrefs(text, 20).map(|at| text[at..].to_owned());
        assert_eq!(rest("In ICLR, 2022. 1, 4, 12"), Some(" 1, 4, 12".to_owned()));
        assert_eq!(rest("https://x.org/a/ 7"), Some(" 7".to_owned()));
        assert_eq!(rest("In ICLR, 2022."), None);
        assert_eq!(rest("In ICLR. 2022"), None);
        assert_eq!(rest("Nature, 4. 12, 3"), None);
    }
}
