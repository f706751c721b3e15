//! Counts of authors and venues: names as numbers, so that counting needs no strings.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::Searcher;
use tantivy::columnar::StrColumn;

use super::SearchError;

/// The names of one column over all segments; numbers are in the order of the names.
pub(super) struct NameTable {
    segments: Vec<Option<SegmentNames>>,
    /// Of each name: a segment that has it, and its place there.
    homes: Vec<(u32, u32)>,
}

struct SegmentNames {
    column: StrColumn,
    /// The number of each name of the segment.
    numbers: Vec<u32>,
}

impl NameTable {
    /// Reads the names of a column.
    pub(super) fn new(searcher: &Searcher, name: &str) -> Result<NameTable, SearchError> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().str(name)?;
            segments
                .push(column.map(|column| SegmentNames { column, numbers: Vec::new() }));
        }
        let homes = merge(&mut segments)?;
        Ok(NameTable { segments, homes })
    }

    fn text(&self, number: u32) -> Result<String, SearchError> {
        let mut text = String::new();
        let (segment, place) = self.homes[number as usize];
        if let Some(names) = &self.segments[segment as usize] {
            names.column.ord_to_str(u64::from(place), &mut text)?;
        }
        Ok(text)
    }
}

/// Reads the sorted names of all segments side by side and numbers them.
fn merge(segments: &mut [Option<SegmentNames>]) -> Result<Vec<(u32, u32)>, SearchError> {
    let mut streams = Vec::new();
    let columns: Vec<(u32, StrColumn)> = (0..)
        .zip(segments.iter())
        .filter_map(|(at, names)| Some((at, names.as_ref()?.column.clone())))
        .collect();
    for (at, column) in &columns {
        let mut stream = column.dictionary().stream()?;
        if stream.advance() {
            streams.push((*at, stream));
        }
    }
    let mut homes: Vec<(u32, u32)> = Vec::new();
    let mut least: Vec<u8> = Vec::new();
    while let Some(first) = streams.iter().map(|(_, stream)| stream.key()).min() {
        least.clear();
        least.extend_from_slice(first);
        let number = homes.len() as u32;
        let mut ended = false;
        for (at, stream) in &mut streams {
            if stream.key() != least {
                continue;
            }
            let names = segments[*at as usize].as_mut();
            let numbers = &mut names.expect("only columns have streams").numbers;
            if homes.len() as u32 == number {
                homes.push((*at, numbers.len() as u32));
            }
            numbers.push(number);
            if !stream.advance() {
                // An ended stream has no key any more.
                *at = u32::MAX;
                ended = true;
            }
        }
        if ended {
            streams.retain(|(at, _)| *at != u32::MAX);
        }
    }
    Ok(homes)
}

/// Papers of each name.
pub(super) struct NameCounts<'a> {
    table: &'a NameTable,
    counts: Vec<u32>,
    /// Papers without a name.
    pub(super) none: u64,
}

impl<'a> NameCounts<'a> {
    pub(super) fn new(table: &'a NameTable) -> NameCounts<'a> {
        NameCounts { table, counts: vec![0; table.homes.len()], none: 0 }
    }

    /// Counts a paper, given by its first passage.
    pub(super) fn add(&mut self, segment: usize, lead: u32) {
        let mut any = false;
        if let Some(SegmentNames { column, numbers }) = &self.table.segments[segment] {
            for place in column.ords().values_for_doc(lead) {
                any = true;
                if let Some(number) = numbers.get(place as usize) {
                    self.counts[*number as usize] += 1;
                }
            }
        }
        self.none += u64::from(!any);
    }

    /// The names with most papers, equal ones by name, and how many there are in all; those that
    /// `keep` wants stay, whatever the limit.
    pub(super) fn most(
        &self,
        limit: Option<usize>,
        keep: Option<&dyn Fn(&str) -> bool>,
    ) -> Result<(Vec<(String, u64)>, usize), SearchError> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut n_names = 0;
        let mut best: BinaryHeap<(Reverse<u32>, u32)> = BinaryHeap::new();
        let mut least = 0;
        for (number, count) in (0..).zip(&self.counts) {
            n_names += usize::from(*count > 0);
            // A later name loses against an equal one.
            if *count > least {
                best.push((Reverse(*count), number));
                if best.len() > limit {
                    best.pop();
                }
                if best.len() >= limit {
                    least = best.peek().map_or(u32::MAX, |(Reverse(count), _)| *count);
                }
            }
        }
        let mut chosen = best.into_sorted_vec();
        if let Some(keep) = keep {
            let mut inside: Vec<u32> = chosen.iter().map(|(_, number)| *number).collect();
            inside.sort_unstable();
            for (number, count) in (0..).zip(&self.counts) {
                if *count > 0
                    && inside.binary_search(&number).is_err()
                    && keep(&self.table.text(number)?)
                {
                    chosen.push((Reverse(*count), number));
                }
            }
            chosen.sort_unstable();
        }
        let named = chosen.into_iter().map(|(Reverse(count), number)| {
            Ok((self.table.text(number)?, u64::from(count)))
        });
        Ok((named.collect::<Result<_, SearchError>>()?, n_names))
    }
}
