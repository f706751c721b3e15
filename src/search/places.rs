//! Counts how often words stand in passages in the places that a phrase gives them.

use std::rc::Rc;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocSet, TERMINATED};

/// Passages with the number of times that each has a leaf, in order.
pub(super) type Counted = Vec<(u32, u32)>;

/// The occurrences of one word.
pub(super) struct Place {
    pub(super) list: Option<SegmentPostings>,
}

impl Place {
    /// Passages that hold it, about.
    fn size(&self) -> u32 {
        self.list.as_ref().map_or(0, |list| list.size_hint())
    }

    pub(super) fn seek(&mut self, target: u32) -> u32 {
        match &mut self.list {
            Some(list) if list.doc() < target => list.seek(target),
            Some(list) => list.doc(),
            None => TERMINATED,
        }
    }

    /// How often it stands in the passage that was looked for.
    pub(super) fn freq(&self) -> u32 {
        self.list.as_ref().map_or(0, Postings::term_freq)
    }

    /// Where it stands in the passage that was looked for.
    pub(super) fn positions(&mut self, out: &mut Vec<u32>) {
        match &mut self.list {
            Some(list) => list.positions(out),
            None => out.clear(),
        }
    }
}

/// Joins two lists; where both have a passage, the larger count holds.
pub(super) fn most_of(left: &[(u32, u32)], right: &[(u32, u32)]) -> Rc<Counted> {
    let mut all = [left, right].concat();
    all.sort_by_key(|(doc, count)| (*doc, std::cmp::Reverse(*count)));
    all.dedup_by_key(|(doc, _)| *doc);
    Rc::new(all)
}

/// Counts the rows of words in the passages that hold them all.
pub(super) fn count_places(
    places: &mut [Place],
    offsets: &[u32],
    slop: Option<u32>,
) -> Counted {
    let mut found = Vec::new();
    let mut positions: Vec<Vec<u32>> = vec![Vec::new(); places.len()];
    let mut scratch = Default::default();
    // The rarest word leads: the lists of the others are skipped through.
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|at| places[*at].size());
    let mut target = 0;
    'docs: loop {
        let mut agreed = target;
        for at in &order {
            let place = &mut places[*at];
            let doc = place.seek(agreed);
            if doc == TERMINATED {
                return found;
            }
            if doc > agreed {
                target = doc;
                if *at != order[0] {
                    continue 'docs;
                }
                agreed = doc;
            }
        }
        let times = match (places.len(), slop) {
            (0, _) => return found,
            (1, _) => places[0].freq(),
            (_, None) => in_order(&order, offsets, &mut scratch, |at, out| {
                places[at].positions(out);
            }),
            (_, Some(slop)) => {
                for (place, out) in places.iter_mut().zip(&mut positions) {
                    place.positions(out);
                }
                near(&positions, slop)
            }
        };
        if times > 0 {
            found.push((agreed, times));
        }
        target = agreed + 1;
    }
}

/// Counts the places where each word stands as far behind the first as it should. `positions_of` tells
/// where in the passage a word stands; the words are asked in `order`, as long as there is a place.
fn in_order(
    order: &[usize],
    offsets: &[u32],
    [starts, positions]: &mut [Vec<u32>; 2],
    mut positions_of: impl FnMut(usize, &mut Vec<u32>),
) -> u32 {
    starts.clear();
    for (number, at) in order.iter().enumerate() {
        positions_of(*at, positions);
        let offset = offsets[*at];
        match number {
            0 => starts.extend(positions.iter().filter_map(|p| p.checked_sub(offset))),
            _ => {
                starts.retain(|start| positions.binary_search(&(start + offset)).is_ok())
            }
        }
        if starts.is_empty() {
            break;
        }
    }
    starts.len() as u32
}

/// Counts windows, not overlapping, that hold every word within `slop` words more than they are.
fn near(positions: &[Vec<u32>], slop: u32) -> u32 {
    let mut all: Vec<(u32, usize)> = positions
        .iter()
        .enumerate()
        .flat_map(|(word, list)| list.iter().map(move |p| (*p, word)))
        .collect();
    all.sort_unstable();
    let reach = (positions.len() as u32 - 1).saturating_add(slop);
    let mut last: Vec<Option<u32>> = vec![None; positions.len()];
    let mut times = 0;
    for (position, word) in all {
        last[word] = Some(position);
        let oldest = last.iter().copied().min().flatten();
        if oldest.is_some_and(|oldest| position - oldest <= reach) {
            times += 1;
            last.fill(None);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_order() {
        let count = |lists: &[Vec<u32>], order: &[usize], offsets: &[u32]| {
            in_order(order, offsets, &mut Default::default(), |at, out| {
                out.clone_from(&lists[at])
            })
        };
        let lists = [vec![1, 5, 9], vec![2, 7, 10]];
        assert_eq!(count(&lists, &[0, 1], &[0, 1]), 2);
        assert_eq!(count(&lists, &[1, 0], &[0, 1]), 2);
        assert_eq!(count(&[vec![1], vec![2], vec![4]], &[2, 0, 1], &[0, 1, 2]), 0);
        assert_eq!(count(&[vec![0, 4], vec![0, 6]], &[1, 0], &[0, 2]), 1);
    }

    #[test]
    fn near_in_any_order() {
        assert_eq!(near(&[vec![5], vec![3]], 1), 1);
        assert_eq!(near(&[vec![5], vec![3]], 0), 0);
        assert_eq!(near(&[vec![1, 20], vec![2, 21]], 0), 2);
    }
}
