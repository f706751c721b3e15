//! How much pairs of words and typed forms can add to a score at most, told without reading where words
//! stand.
//!
//! A pair gives no more than its share of what its two words gave, and a typed form no more than its
//! share of what its word gave. So it matters how many pairs a word is in, and how much it can have
//! given: often a word of many pairs is a frequent one, which gives little.

use tantivy::fieldnorm::FieldNormReader;

use super::plan::{Pair, Plan, Scored};
use super::present::Present;
use super::ranking::{Priors, Ranking};
use super::searcher::Searcher;
use super::segment::SegmentView;
use super::window::Scales;

/// Room for rounding where sums of scores are compared with a bound of them.
const SLACK: f32 = 1.0 + 1e-5;

/// Words in more pairs than this are thought to be in as many as the one of most pairs.
const MOST_TIMES: usize = 7;

/// The bound for all passages, by their scores.
#[derive(Clone, Debug, Default)]
pub(super) struct Lift {
    /// What each point of a score can become, the most first, and how many points can become so much.
    rises: Vec<(f32, f32)>,
    /// What all others can become.
    rest: f32,
}

/// What words can have given, by the number of pairs they are in.
#[derive(Clone, Debug, Default)]
struct Room {
    by_times: [f32; MOST_TIMES + 1],
    most_times: usize,
}

impl Room {
    fn add(&mut self, times: usize, room: f32) {
        if room > 0.0 {
            self.by_times[times.min(MOST_TIMES)] += room;
            self.most_times = self.most_times.max(times);
        }
    }

    /// Numbers of pairs, the largest first, with what words of so many can have given.
    fn steps(&self) -> impl Iterator<Item = (f32, f32)> {
        let most = self.most_times.max(MOST_TIMES);
        let steps = self.by_times.iter().enumerate().skip(1).rev();
        steps.filter(|(_, room)| **room > 0.0).map(move |(at, room)| {
            let times = if at == MOST_TIMES { most } else { at };
            (times as f32, *room)
        })
    }

    /// The most that words can have given together, each as often as it is in a pair, if all gave `score`.
    fn fill(&self, score: f32) -> f32 {
        let (mut left, mut sum) = (score, 0.0);
        for (times, room) in self.steps() {
            let taken = room.min(left);
            sum += times * taken;
            left -= taken;
        }
        sum
    }
}

impl Lift {
    /// The bound for a plan. A word gives a passage of a small prior less: the largest holds for all.
    pub(super) fn new(
        plan: &Plan,
        ranking: &Ranking,
        scales: &Scales,
        priors: &Priors,
    ) -> Lift {
        let mut times = vec![0; plan.units.len()];
        for unit in plan.pairs.iter().flat_map(|pair| [pair.left, pair.right]) {
            times[unit] += 1;
        }
        let mut room = Room::default();
        for (unit, times) in plan.units.iter().zip(times) {
            room.add(times, unit.weight * unit.idf * scales.gain * priors.most());
        }
        let any_typed = plan.units.iter().any(|unit| unit.typed.is_some());
        Lift::of(&room, ranking.pairs, if any_typed { ranking.typed } else { 0.0 })
    }

    fn of(room: &Room, pairs: f32, typed: f32) -> Lift {
        let rises = room.steps().map(|(times, room)| (1.0 + typed + pairs * times, room));
        Lift { rises: rises.collect(), rest: 1.0 + typed }
    }

    /// The score that a passage must have to reach `end` in the end.
    pub(super) fn least(&self, end: f32) -> f32 {
        let (mut score, mut left) = (0.0, end / (SLACK * SLACK));
        for (rise, room) in &self.rises {
            if left <= room * rise {
                return score + left / rise;
            }
            left -= room * rise;
            score += room;
        }
        score + left / self.rest
    }
}

/// The bound for one passage of a segment, from what stands in it.
pub(super) struct Reach<'a> {
    ranking: &'a Ranking,
    scales: &'a Scales,
    lengths: FieldNormReader,
    /// By unit: what it gives at most, and the units that follow it in a pair.
    units: Vec<(f32, Vec<usize>)>,
    /// In how many of the pairs that may stand in the passage each unit is; zero between calls.
    times: Vec<usize>,
}

impl<'a> Reach<'a> {
    pub(super) fn open(
        searcher: &'a Searcher,
        view: &SegmentView,
        plan: &Plan,
    ) -> tantivy::Result<Reach<'a>> {
        // Another form of a part of the query may give nothing beside the part.
        let all = |unit: &Scored| match unit.other {
            None => unit.weight * unit.idf * searcher.scales.gain,
            Some(_) => 0.0,
        };
        let mut units: Vec<(f32, Vec<usize>)> =
            plan.units.iter().map(|unit| (all(unit), Vec::new())).collect();
        for pair in &plan.pairs {
            units[pair.left].1.push(pair.right);
        }
        Ok(Reach {
            ranking: &searcher.ranking,
            scales: &searcher.scales,
            lengths: view.reader.get_fieldnorms_reader(view.schema.text)?,
            times: vec![0; units.len()],
            units,
        })
    }

    /// The most that a passage of this score, which has this prior, can have in the end.
    ///
    /// What each word gave is not known, but that it gave at least what one occurrence gives, and that
    /// together they gave the score. What is left of it beyond one occurrence of each is thought to
    /// come from the words of most pairs.
    pub(super) fn most(
        &mut self,
        doc: u32,
        score: f32,
        prior: f32,
        present: Present,
    ) -> f32 {
        let Reach { ranking, scales, units, times, .. } = self;
        for left in present.units() {
            for &right in &units[left].1 {
                let pair = Pair { left, right };
                if present.in_text(&pair) || present.in_title(&pair) {
                    times[left] += 1;
                    times[right] += 1;
                }
            }
        }
        let once = ranking.title_words.min(1.0);
        let once = once / (once + scales.of_text(&self.lengths, doc));
        let (mut left, mut sum, mut room) = (score, 0.0, Room::default());
        for number in present.units() {
            let all = units[number].0 * prior;
            let least = all * once;
            let times = std::mem::take(&mut times[number]);
            left -= least;
            sum += times as f32 * least;
            room.add(times, all - least);
        }
        sum += room.fill(left.max(0.0));
        (score * (1.0 + ranking.typed) + ranking.pairs * sum) * SLACK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_reach_is_not_left_out() {
        let mut room = Room::default();
        room.add(9, 1.5);
        room.add(2, 4.0);
        room.add(1, 0.5);
        let lift = Lift::of(&room, 0.1, 0.05);
        let most = |score| score * 1.05 + 0.1 * room.fill(score);
        assert!((most(1.0) - (1.05 + 0.1 * 9.0)).abs() < 1e-4);
        for score in [0.0, 0.3, 1.5, 2.0, 5.9, 7.0, 100.0] {
            let least = lift.least(most(score));
            assert!(least <= score && least > score * 0.9999 - 1e-6, "{score} {least}");
        }
    }
}
