//! Counts of authors and venues: names as numbers, so that counting needs no strings.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::Searcher;
use tantivy::columnar::StrColumn;

use super::SearchError;

/// The names of one column over all segments. They are numbered as the passages have them, so that
/// what is counted of neighbours lies side by side: most names have one paper.
pub(super) struct NameTable {
    segments: Vec<Option<SegmentNames>>,
    /// Of each name: a segment that has it, and its place there.
    homes: Vec<(u32, u32)>,
    /// Where each name stands in the order of the names.
    ranks: Vec<u32>,
    /// Names that differ in case alone, side by side.
    alike: Vec<Vec<u32>>,
}

struct SegmentNames {
    column: StrColumn,
    /// The names of all passages in order, by number.
    numbers: Vec<u32>,
    /// Where in `numbers` the names of each passage begin, and the end.
    starts: Vec<u32>,
}

impl NameTable {
    /// Reads the names of a column.
    pub(super) fn new(searcher: &Searcher, name: &str) -> Result<NameTable, SearchError> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().str(name)?;
            segments.push(column.map(|column| (column, segment.max_doc())));
        }
        let (sorted_homes, ranked) = merge(&segments)?;
        let segments = segments.into_iter().zip(ranked).map(|(column, ranks)| {
            let (column, n_docs) = column?;
            Some(SegmentNames::new(column, n_docs, &ranks))
        });
        let mut segments: Vec<Option<SegmentNames>> = segments.collect();
        let (mut homes, mut ranks) = (Vec::new(), Vec::new());
        let mut numbers = vec![None; sorted_homes.len()];
        for rank in segments.iter_mut().flatten().flat_map(|names| &mut names.numbers) {
            let number = numbers[*rank as usize].get_or_insert_with(|| {
                homes.push(sorted_homes[*rank as usize]);
                ranks.push(*rank);
                ranks.len() as u32 - 1
            });
            *rank = *number;
        }
        Ok(NameTable { segments, homes, ranks, alike: Vec::new() })
    }

    /// Takes names that differ in case alone for one: of venues, a paper has one at most.
    pub(super) fn with_case_folded(mut self) -> Result<NameTable, SearchError> {
        let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for number in 0..self.homes.len() as u32 {
            let folded = self.text(number)?.to_lowercase();
            groups.entry(folded).or_default().push(number);
        }
        self.alike = groups.into_values().filter(|names| names.len() > 1).collect();
        Ok(self)
    }

    fn rank(&self, number: u32) -> u32 {
        self.ranks[number as usize]
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

impl SegmentNames {
    /// `ranks` holds the rank of each name of the column, which is its number for now.
    fn new(column: StrColumn, n_docs: u32, ranks: &[u32]) -> SegmentNames {
        let (mut numbers, mut starts) = (Vec::new(), vec![0]);
        for doc in 0..n_docs {
            let places = column.ords().values_for_doc(doc);
            numbers.extend(places.filter_map(|place| ranks.get(place as usize)));
            starts.push(numbers.len() as u32);
        }
        SegmentNames { column, numbers, starts }
    }

    fn of(&self, doc: u32) -> &[u32] {
        let doc = doc as usize;
        &self.numbers[self.starts[doc] as usize..self.starts[doc + 1] as usize]
    }
}

/// Where each name is found, and of each segment the rank of each of its names.
type Ranked = (Vec<(u32, u32)>, Vec<Vec<u32>>);

/// Reads the sorted names of all segments side by side and ranks them.
fn merge(columns: &[Option<(StrColumn, u32)>]) -> Result<Ranked, SearchError> {
    let mut ranked = vec![Vec::new(); columns.len()];
    let mut homes: Vec<(u32, u32)> = Vec::new();
    let mut streams = Vec::new();
    for (segment, column) in columns.iter().enumerate() {
        let Some((column, _)) = column else { continue };
        let mut stream = column.dictionary().stream()?;
        if stream.advance() {
            streams.push((segment, stream));
        }
    }
    let mut least: Vec<u8> = Vec::new();
    while let Some(first) = streams.iter().map(|(_, stream)| stream.key()).min() {
        least.clear();
        least.extend_from_slice(first);
        let rank = homes.len() as u32;
        let mut home = None;
        let mut at = 0;
        while at < streams.len() {
            let (segment, stream) = &mut streams[at];
            if stream.key() != least {
                at += 1;
                continue;
            }
            let ranks: &mut Vec<u32> = &mut ranked[*segment];
            home = Some((*segment as u32, ranks.len() as u32));
            ranks.push(rank);
            if stream.advance() {
                at += 1;
            } else {
                streams.remove(at);
            }
        }
        homes.extend(home);
    }
    Ok((homes, ranked))
}

/// Counts that are looked at together.
const STEP: usize = 32;

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
        let names = self.table.segments[segment].as_ref();
        let numbers = names.map_or(&[][..], |names| names.of(lead));
        for number in numbers {
            self.counts[*number as usize] += 1;
        }
        self.none += u64::from(numbers.is_empty());
    }

    /// The counts, those of names that differ in case alone at the commonest of them.
    fn of_forms(&self) -> Cow<'_, [u32]> {
        if self.table.alike.is_empty() {
            return Cow::Borrowed(&self.counts);
        }
        let mut counts = self.counts.clone();
        for names in &self.table.alike {
            let of = |number: &u32| self.counts[*number as usize];
            let best = names
                .iter()
                .copied()
                .max_by_key(|n| (of(n), Reverse(self.table.rank(*n))));
            let total = names.iter().map(of).sum();
            for number in names {
                counts[*number as usize] = 0;
            }
            if let Some(best) = best {
                counts[best as usize] = total;
            }
        }
        Cow::Owned(counts)
    }

    /// The names with most papers, equal ones by name, and how many there are in all; those that
    /// `keep` wants stay, whatever the limit.
    pub(super) fn most(
        &self,
        limit: Option<usize>,
        keep: Option<&dyn Fn(&str) -> bool>,
    ) -> Result<(Vec<(String, u64)>, usize), SearchError> {
        let counts = self.of_forms();
        let limit = limit.unwrap_or(usize::MAX);
        let mut n_names = 0;
        // Best first: the commonest, and of equal ones the first by name.
        let mut best: BinaryHeap<(Reverse<u32>, u32, u32)> = BinaryHeap::new();
        let mut least = 1;
        for (first, counts) in (0..).step_by(STEP).zip(counts.chunks(STEP)) {
            n_names += counts.iter().map(|count| usize::from(*count > 0)).sum::<usize>();
            // Most names have one paper, the wanted ones many.
            if limit == 0 || counts.iter().fold(0, |most, n| most.max(*n)) < least {
                continue;
            }
            for (number, count) in (first..).zip(counts) {
                if *count < least {
                    continue;
                }
                best.push((Reverse(*count), self.table.rank(number), number));
                if best.len() > limit {
                    best.pop();
                }
                if best.len() == limit {
                    least = best.peek().map_or(1, |(Reverse(count), ..)| *count);
                }
            }
        }
        let mut chosen = best.into_sorted_vec();
        if let Some(keep) = keep {
            let mut inside: Vec<u32> =
                chosen.iter().map(|(.., number)| *number).collect();
            inside.sort_unstable();
            for (number, count) in (0..).zip(counts.iter()) {
                if *count > 0
                    && inside.binary_search(&number).is_err()
                    && keep(&self.table.text(number)?)
                {
                    chosen.push((Reverse(*count), self.table.rank(number), number));
                }
            }
            chosen.sort_unstable();
        }
        let named = chosen.into_iter().map(|(Reverse(count), _, number)| {
            Ok((self.table.text(number)?, u64::from(count)))
        });
        Ok((named.collect::<Result<_, SearchError>>()?, n_names))
    }
}
