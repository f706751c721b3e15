//! Counts of authors and venues: names as numbers, so that counting needs no strings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use tantivy::columnar::StrColumn;

use super::SearchError;
use super::bits::ones;
use super::segment::SegmentView;

/// The names of one column over all segments. They are numbered as the passages have them, so that
/// what is counted of neighbours lies side by side: most names have one paper.
pub(super) struct NameTable {
    segments: Vec<Option<SegmentNames>>,
    sorted: SortedNames,
    /// Where each name stands in the order of the names.
    ranks: Vec<u32>,
    /// Names that differ in case alone, side by side.
    alike: Vec<Vec<u32>>,
}

/// All names in order.
#[derive(Default)]
struct SortedNames {
    /// One behind the other.
    text: String,
    /// Where in `text` each ends.
    ends: Vec<usize>,
}

impl SortedNames {
    fn push(&mut self, name: &[u8]) {
        self.text.push_str(&String::from_utf8_lossy(name));
        self.ends.push(self.text.len());
    }

    fn get(&self, rank: u32) -> &str {
        let rank = rank as usize;
        let start = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[rank]]
    }
}

struct SegmentNames {
    /// The names of all papers in order, by number, and [`ROW`] more.
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
        let (sorted, ranked) = merge(&columns)?;
        let segments = columns.into_iter().zip(ranked).zip(views);
        let segments = segments.map(|((column, ranks), view)| {
            Some(SegmentNames::new(&column?, view, &ranks))
        });
        let mut segments: Vec<Option<SegmentNames>> = segments.collect();
        let mut ranks = Vec::new();
        let mut numbers = vec![None; sorted.ends.len()];
        for names in segments.iter_mut().flatten() {
            for rank in &mut names.numbers {
                let number = numbers[*rank as usize].get_or_insert_with(|| {
                    ranks.push(*rank);
                    ranks.len() as u32 - 1
                });
                *rank = *number;
            }
            names.numbers.extend([0; ROW]);
        }
        Ok(NameTable { segments, sorted, ranks, alike: Vec::new() })
    }

    /// Takes names that differ in case alone for one: of venues, a paper has one at most.
    pub(super) fn with_case_folded(mut self) -> NameTable {
        let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for number in 0..self.ranks.len() as u32 {
            groups.entry(self.text(number).to_lowercase()).or_default().push(number);
        }
        self.alike = groups.into_values().filter(|names| names.len() > 1).collect();
        self
    }

    fn rank(&self, number: u32) -> u32 {
        self.ranks[number as usize]
    }

    fn text(&self, number: u32) -> &str {
        self.sorted.get(self.rank(number))
    }
}

impl SegmentNames {
    /// `ranks` holds the rank of each name of the column, which is its number for now.
    fn new(column: &StrColumn, view: &SegmentView, ranks: &[u32]) -> SegmentNames {
        let (mut numbers, mut starts) = (Vec::new(), vec![0]);
        for doc in 0..view.max_doc() {
            if view.ends.contains(doc) {
                let places = column.ords().values_for_doc(view.lead_of(doc));
                numbers.extend(places.filter_map(|place| ranks.get(place as usize)));
            }
            starts.push(numbers.len() as u32);
        }
        SegmentNames { numbers, starts }
    }

    /// Where in `numbers` the names of a paper are, given its last passage.
    fn of(&self, last: u32) -> Range<usize> {
        let last = last as usize;
        self.starts[last] as usize..self.starts[last + 1] as usize
    }
}

/// The names of all segments, and of each segment the rank of each of its names.
type Ranked = (SortedNames, Vec<Vec<u32>>);

/// Reads the sorted names of all segments side by side and ranks them.
fn merge(columns: &[Option<StrColumn>]) -> Result<Ranked, SearchError> {
    let mut ranked = vec![Vec::new(); columns.len()];
    let mut sorted = SortedNames::default();
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
        let rank = sorted.ends.len() as u32;
        sorted.push(&least);
        let mut at = 0;
        while at < streams.len() {
            let (segment, stream) = &mut streams[at];
            if stream.key() != least {
                at += 1;
                continue;
            }
            ranked[*segment].push(rank);
            if stream.advance() {
                at += 1;
            } else {
                streams.remove(at);
            }
        }
    }
    Ok((sorted, ranked))
}

/// Numbers that are copied at once: few papers have more names.
const ROW: usize = 16;

/// Copied numbers that are counted at once.
const ROWS: usize = 1024;

/// Counts that are looked at together; a sum of so many ones fits into a byte.
const STEP: usize = 32;

/// Papers of each name.
pub(super) struct NameCounts<'a> {
    table: &'a NameTable,
    by_number: ByNumber,
    /// Papers without a name.
    pub(super) none: u64,
    /// Numbers that are to be counted.
    copied: Vec<u32>,
}

/// Counts of numbers.
struct ByNumber {
    /// Their lowest bytes: nearly all counts are small, and this much stays close to the processor.
    low: Vec<u8>,
    /// What is above them.
    high: BTreeMap<u32, u32>,
}

impl ByNumber {
    fn add(&mut self, numbers: &[u32]) {
        let all = self.low.as_mut_slice();
        for number in numbers {
            let low = &mut all[*number as usize];
            *low = low.wrapping_add(1);
            if *low == 0 {
                *self.high.entry(*number).or_default() += 1 << 8;
            }
        }
    }

    fn low(&self, number: u32) -> u32 {
        u32::from(self.low[number as usize])
    }
}

impl<'a> NameCounts<'a> {
    pub(super) fn new(table: &'a NameTable) -> NameCounts<'a> {
        let low = vec![0; table.ranks.len().next_multiple_of(STEP)];
        let by_number = ByNumber { low, high: BTreeMap::new() };
        NameCounts { table, by_number, none: 0, copied: vec![0; ROWS + ROW] }
    }

    /// Counts papers of a segment, given by their last passages: bits of a window that begins with
    /// `from`.
    pub(super) fn add(&mut self, segment: usize, papers: &[u64], from: u32) {
        let NameCounts { table, by_number, none, copied } = self;
        let Some(names) = &table.segments[segment] else {
            *none += papers.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
            return;
        };
        // The lists are short and of any length, and the processor would guess the end of most of
        // them wrong: a whole row is copied, and the next one written over what was too much.
        let (mut n, mut without) = (0, 0);
        let copied = copied.as_mut_slice();
        for (i, word) in (0..).zip(papers) {
            for last in ones(*word, from + i * 64) {
                let Range { start, end } = names.of(last);
                let len = end - start;
                without += u64::from(len == 0);
                copied[n..n + ROW].copy_from_slice(&names.numbers[start..start + ROW]);
                n += len.min(ROW);
                if len > ROW {
                    by_number.add(&names.numbers[start + ROW..end]);
                }
                if n > ROWS {
                    by_number.add(&copied[..n]);
                    n = 0;
                }
            }
        }
        by_number.add(&copied[..n]);
        *none += without;
    }

    /// The counts that `low` does not tell: what has grown beyond it, and names that differ in case
    /// alone, whose papers are all at the commonest of them.
    fn aside(&self) -> BTreeMap<u32, u32> {
        let ByNumber { high, .. } = &self.by_number;
        let low = |number: u32| self.by_number.low(number);
        let grown = high.iter().map(|(number, high)| (*number, high + low(*number)));
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
    ) -> (Vec<(String, u64)>, usize) {
        let aside = self.aside();
        let mut top = Top {
            table: self.table,
            limit: limit.unwrap_or(usize::MAX),
            best: BinaryHeap::new(),
            least: 1,
        };
        let low = &self.by_number.low;
        let mut n_names = 0;
        for (number, count) in &aside {
            top.offer(*number, *count);
        }
        for (first, counts) in (0..).step_by(STEP).zip(low.as_chunks::<STEP>().0) {
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
            n_names -= usize::from(low[*number as usize] > 0);
        }
        let mut chosen = top.best.into_sorted_vec();
        if let Some(keep) = keep {
            let mut inside: Vec<u32> =
                chosen.iter().map(|(.., number)| *number).collect();
            inside.sort_unstable();
            for (number, low) in (0..).zip(low) {
                let count = aside.get(&number).copied().unwrap_or(u32::from(*low));
                if count > 0
                    && inside.binary_search(&number).is_err()
                    && keep(self.table.text(number))
                {
                    chosen.push((Reverse(count), self.table.rank(number), number));
                }
            }
            chosen.sort_unstable();
        }
        let named = chosen.into_iter().map(|(Reverse(count), _, number)| {
            (self.table.text(number).to_owned(), u64::from(count))
        });
        (named.collect(), n_names)
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
