//! Counts of authors and venues: names as numbers, so that counting needs no strings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::columnar::StrColumn;

use super::SearchError;
use super::leaf::SegmentView;

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
    /// The names of all papers in order, by number.
    numbers: Vec<u32>,
    /// Where in `numbers` the names of each passage begin, and the end: a paper's last passage has
    /// its names.
    starts: Vec<u32>,
}

impl NameTable {
    /// Reads the names of a column.
    pub(super) fn new(
        views: &[SegmentView],
        name: &str,
    ) -> Result<NameTable, SearchError> {
        let mut columns = Vec::new();
        for view in views {
            columns.push(view.reader.fast_fields().str(name)?);
        }
        let (sorted_homes, ranked) = merge(&columns)?;
        let segments = columns.into_iter().zip(ranked).zip(views);
        let segments = segments.map(|((column, ranks), view)| {
            Some(SegmentNames::new(column?, view, &ranks))
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
    fn new(column: StrColumn, view: &SegmentView, ranks: &[u32]) -> SegmentNames {
        let (mut numbers, mut starts) = (Vec::new(), vec![0]);
        for doc in 0..view.max_doc() {
            if view.ends.contains(doc) {
                let places = column.ords().values_for_doc(view.lead_of(doc));
                numbers.extend(places.filter_map(|place| ranks.get(place as usize)));
            }
            starts.push(numbers.len() as u32);
        }
        SegmentNames { column, numbers, starts }
    }

    fn of(&self, last: u32) -> &[u32] {
        let last = last as usize;
        &self.numbers[self.starts[last] as usize..self.starts[last + 1] as usize]
    }
}

/// Where each name is found, and of each segment the rank of each of its names.
type Ranked = (Vec<(u32, u32)>, Vec<Vec<u32>>);

/// Reads the sorted names of all segments side by side and ranks them.
fn merge(columns: &[Option<StrColumn>]) -> Result<Ranked, SearchError> {
    let mut ranked = vec![Vec::new(); columns.len()];
    let mut homes: Vec<(u32, u32)> = Vec::new();
    let mut streams = Vec::new();
    for (segment, column) in columns.iter().enumerate() {
        let Some(column) = column else { continue };
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

/// Counts that are looked at together; a sum of so many ones fits into a byte.
const STEP: usize = 32;

/// Papers of each name.
pub(super) struct NameCounts<'a> {
    table: &'a NameTable,
    /// The counts' lowest bytes: nearly all counts are small, and this much stays close to the
    /// processor.
    low: Vec<u8>,
    /// What is above them.
    high: BTreeMap<u32, u32>,
    /// Papers without a name.
    pub(super) none: u64,
}

impl<'a> NameCounts<'a> {
    pub(super) fn new(table: &'a NameTable) -> NameCounts<'a> {
        let low = vec![0; table.homes.len().next_multiple_of(STEP)];
        NameCounts { table, low, high: BTreeMap::new(), none: 0 }
    }

    /// Counts papers of a segment, given by their last passages.
    pub(super) fn add(&mut self, segment: usize, papers: impl Iterator<Item = u32>) {
        let Some(names) = &self.table.segments[segment] else {
            self.none += papers.count() as u64;
            return;
        };
        for last in papers {
            let numbers = names.of(last);
            self.none += u64::from(numbers.is_empty());
            for number in numbers {
                let low = &mut self.low[*number as usize];
                *low = low.wrapping_add(1);
                if *low == 0 {
                    *self.high.entry(*number).or_default() += 1 << 8;
                }
            }
        }
    }

    /// The counts that `low` does not tell: what has grown beyond it, and names that differ in case
    /// alone, whose papers are all at the commonest of them.
    fn aside(&self) -> BTreeMap<u32, u32> {
        let low = |number: u32| u32::from(self.low[number as usize]);
        let grown = self.high.iter().map(|(number, high)| (*number, high + low(*number)));
        let mut counts: BTreeMap<u32, u32> = grown.collect();
        for names in &self.table.alike {
            let of = |number: &u32| counts.get(number).copied().unwrap_or(low(*number));
            let best =
                names.iter().max_by_key(|n| (of(n), Reverse(self.table.rank(**n))));
            let (best, total) = (best.copied(), names.iter().map(of).sum());
            counts.extend(names.iter().map(|number| (*number, 0)));
            counts.extend(best.map(|best| (best, total)));
        }
        counts
    }

    /// The names with most papers, equal ones by name, and how many there are in all; those that
    /// `keep` wants stay, whatever the limit.
    pub(super) fn most(
        &self,
        limit: Option<usize>,
        keep: Option<&dyn Fn(&str) -> bool>,
    ) -> Result<(Vec<(String, u64)>, usize), SearchError> {
        let aside = self.aside();
        let mut top = Top {
            table: self.table,
            limit: limit.unwrap_or(usize::MAX),
            best: BinaryHeap::new(),
            least: 1,
        };
        let mut n_names = 0;
        for (number, count) in &aside {
            top.offer(*number, *count);
        }
        for (first, counts) in (0..).step_by(STEP).zip(self.low.as_chunks::<STEP>().0) {
            n_names += usize::from(counts.iter().map(|n| u8::from(*n > 0)).sum::<u8>());
            // Most names have one paper, the wanted ones many.
            let most = counts.iter().fold(0, |most, n| most.max(*n));
            if u32::from(most) >= top.least {
                let new = (first..).zip(counts).filter(|(n, _)| !aside.contains_key(n));
                new.for_each(|(number, count)| top.offer(number, u32::from(*count)));
            }
        }
        for (number, count) in &aside {
            n_names += usize::from(*count > 0);
            n_names -= usize::from(self.low[*number as usize] > 0);
        }
        let mut chosen = top.best.into_sorted_vec();
        if let Some(keep) = keep {
            let mut inside: Vec<u32> =
                chosen.iter().map(|(.., number)| *number).collect();
            inside.sort_unstable();
            for (number, low) in (0..).zip(&self.low) {
                let count = aside.get(&number).copied().unwrap_or(u32::from(*low));
                if count > 0
                    && inside.binary_search(&number).is_err()
                    && keep(&self.table.text(number)?)
                {
                    chosen.push((Reverse(count), self.table.rank(number), number));
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

/// The names with most papers, of those that were offered.
struct Top<'a> {
    table: &'a NameTable,
    limit: usize,
    /// Best first: the commonest, and of equal ones the first by name.
    best: BinaryHeap<(Reverse<u32>, u32, u32)>,
    /// Fewer papers are not among them.
    least: u32,
}

impl Top<'_> {
    fn offer(&mut self, number: u32, count: u32) {
        if count < self.least || self.limit == 0 {
            return;
        }
        self.best.push((Reverse(count), self.table.rank(number), number));
        if self.best.len() > self.limit {
            self.best.pop();
        }
        if self.best.len() == self.limit {
            self.least = self.best.peek().map_or(1, |(Reverse(count), ..)| *count);
        }
    }
}
