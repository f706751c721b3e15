//! Where the entries of a bibliography start.
//!
//! In: its lines and the destinations that citations lead to. Out: for each line whether an entry starts
//! there, and with which key.

use super::bibliography::Target;
use super::line::Line;
use super::places;

/// Returns for each line the key of the entry that starts there, as destinations tell.
///
/// A column with as many destinations as entries has them in the same order: some programs write
/// the places in coarse steps, nearer to the entry above than to their own.
pub(super) fn keys_of_lines(
    lines: &[Line],
    targets: &[Target],
    printed: &[bool],
) -> Vec<Option<String>> {
    let (mut keys, rest) = keys_in_order(lines, targets, printed);
    for target in rest {
        // Without a column, only a line that looks like a start can be meant.
        let may_be = |i: usize| target.place.x.is_some() || printed[i];
        let nearest = lines
            .iter()
            .enumerate()
            .filter(|(i, _)| may_be(*i))
            .filter_map(|(i, line)| Some((i, places::distance(line, &target.place)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((index, distance)) = nearest else { continue };
        let near = distance < reach(&lines[index]);
        if near && keys[index].as_ref().is_none_or(|(other, _)| distance < *other) {
            keys[index] = Some((distance, target.key.clone()));
        }
    }
    keys.into_iter().map(|key| key.map(|(_, key)| key)).collect()
}

/// A line's key and how far above the line its destination lies, in points.
type Placed = Option<(f32, String)>;

/// Pairs entries and destinations of the columns that have as many of the one as of the other;
/// returns the keys of the lines and the destinations of all other columns.
fn keys_in_order<'t>(
    lines: &[Line],
    targets: &'t [Target],
    printed: &[bool],
) -> (Vec<Placed>, Vec<&'t Target>) {
    let columns = columns(lines);
    let mut of_column: Vec<Vec<&Target>> = vec![vec![]; columns.len()];
    let mut rest = vec![];
    for target in targets {
        let here: Vec<usize> = (0..columns.len())
            .filter(|i| lines[columns[*i].start].page as usize == target.place.page + 1)
            .collect();
        let nearest = match (target.place.x, target.place.y, here.as_slice()) {
            (_, None, _) => None,
            // Without a left edge only a page of one column tells which is meant.
            (None, _, [only]) => Some(*only),
            (None, ..) => None,
            (Some(x), _, here) => {
                let aside = |i: &usize| (x - lines[columns[*i].start].column_x0).abs();
                here.iter().copied().min_by(|a, b| aside(a).total_cmp(&aside(b)))
            }
        };
        match nearest {
            Some(column) => of_column[column].push(target),
            None => rest.push(target),
        }
    }
    let mut keys = vec![None; lines.len()];
    for (range, mut targets) in columns.into_iter().zip(of_column) {
        let y = |target: &Target| target.place.y.unwrap_or_default();
        targets.sort_by(|a, b| y(a).total_cmp(&y(b)));
        let starts: Vec<usize> = range.filter(|i| printed[*i]).collect();
        let pairs =
            || starts.iter().zip(&targets).map(|(i, t)| (*i, lines[*i].y - y(t), t));
        let near = |i: usize, below: f32| {
            below > -0.5 * lines[i].size && below < reach(&lines[i])
        };
        if starts.len() == targets.len() && pairs().all(|(i, below, _)| near(i, below)) {
            for (index, below, target) in pairs() {
                keys[index] = Some((below, target.key.clone()));
            }
        } else {
            rest.extend(targets);
        }
    }
    (keys, rest)
}

/// Farthest that a destination lies above its entry, in points.
pub(super) fn reach(line: &Line) -> f32 {
    2.5 * line.size.max(8.0)
}

/// Tells which lines start an entry: those with a key, and where print agrees with the keys also
/// those that only look like it (entries that nothing cites).
pub(super) fn starts(printed: &[bool], keys: &[Option<String>]) -> Vec<bool> {
    let n_keys = keys.iter().filter(|key| key.is_some()).count();
    if n_keys * 8 < keys.len() && n_keys < 3 {
        return printed.to_vec();
    }
    let both = keys.iter().zip(printed).filter(|(key, is)| key.is_some() && **is).count();
    let agree = both * 10 >= n_keys * 9;
    keys.iter().zip(printed).map(|(key, is)| key.is_some() || agree && *is).collect()
}

/// Tells which lines look like the start of an entry.
pub(super) fn printed_starts(lines: &[Line]) -> Vec<bool> {
    let labels: Vec<bool> = lines.iter().map(|line| has_label(line.text())).collect();
    let n_labels = labels.iter().filter(|is| **is).count();
    if n_labels >= 2 && n_labels * 8 >= lines.len() {
        return labels;
    }
    let numbers = numbered(lines);
    let n_numbers = numbers.iter().filter(|is| **is).count();
    if n_numbers >= 3 && n_numbers * 8 >= lines.len() {
        return numbers;
    }
    hanging(lines).unwrap_or_else(|| set_off(lines))
}

/// `[12] ...`, `[ABC+20] ...`.
pub(super) fn has_label(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('[') else { return false };
    rest.find(']').is_some_and(|end| end > 0 && end < 32)
}

/// Lines that start with numbers that grow by one: `1. ...`, `2 ...`, `(3) ...`.
fn numbered(lines: &[Line]) -> Vec<bool> {
    let mut expected = None;
    lines
        .iter()
        .map(|line| {
            let text = line.text().trim_start_matches('(');
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 3 {
                return false;
            }
            let after = &text[digits..];
            let Ok(number) = text[..digits].parse::<u32>() else { return false };
            let marked = after.starts_with(['.', ')', ' ']);
            let follows = expected.is_none_or(|e| number >= e && number <= e + 2);
            let is_start = marked && follows && (expected.is_some() || number == 1);
            if is_start {
                expected = Some(number + 1);
            }
            is_start
        })
        .collect()
}

/// Entries whose first line stands out to the left.
fn hanging(lines: &[Line]) -> Option<Vec<bool>> {
    let mut starts = vec![false; lines.len()];
    let mut n_indented = 0;
    for group in columns(lines) {
        let left = lines[group.clone()].iter().map(|l| l.x0).fold(f32::MAX, f32::min);
        for index in group {
            let line = &lines[index];
            let indent = line.x0 - left;
            starts[index] = indent < 0.45 * line.size;
            n_indented +=
                usize::from(indent >= 0.45 * line.size && indent < 5.0 * line.size);
        }
    }
    (n_indented * 4 >= lines.len()).then_some(starts)
}

/// Entries with more white between them than between their lines.
fn set_off(lines: &[Line]) -> Vec<bool> {
    let mut steps: Vec<f32> = lines
        .windows(2)
        .filter(|pair| same_column(&pair[0], &pair[1]))
        .map(|pair| pair[1].y - pair[0].y)
        .collect();
    steps.sort_by(f32::total_cmp);
    let usual = steps.get(steps.len() / 4).copied().unwrap_or(12.0);
    (0..lines.len())
        .map(|index| {
            let Some(before) = index.checked_sub(1).map(|i| &lines[i]) else {
                return true;
            };
            let line = &lines[index];
            let ended = before.text().ends_with(['.', ')', ']'])
                || before.text().ends_with(|c: char| c.is_ascii_digit());
            let capital = line.text().starts_with(char::is_uppercase);
            if same_column(before, line) {
                line.y - before.y > 1.15 * usual && line.y > before.y
            } else {
                ended && capital
            }
        })
        .collect()
}

fn same_column(a: &Line, b: &Line) -> bool {
    a.page == b.page && a.column == b.column
}

/// Returns the ranges of lines of one column each; parts of one printed column are one.
fn columns(lines: &[Line]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = vec![];
    for index in 0..lines.len() {
        let joins = index > 0 && {
            let (a, b) = (&lines[index - 1], &lines[index]);
            a.page == b.page && b.y > a.y && b.x0 < a.x1 && a.x0 < b.x1
        };
        match out.last_mut() {
            Some(range) if joins => range.end = index + 1,
            _ => out.push(index..index + 1),
        }
    }
    out
}
