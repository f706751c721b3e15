//! Threads that work on jobs in whatever order, with a bounded number under way.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

/// Hands jobs to threads and takes results back; see [`with_crew`].
pub(crate) struct Crew<J, R> {
    jobs: Sender<J>,
    results: Receiver<R>,
    under_way: usize,
    most: usize,
}

/// Starts `n` threads that do `work`, and runs `drive` with them; they end with it.
pub(crate) fn with_crew<J: Send, R: Send, T>(
    n: usize,
    work: &(impl Fn(J) -> R + Sync),
    drive: impl FnOnce(&mut Crew<J, R>) -> T,
) -> T {
    let most = n * 2;
    thread::scope(|scope| {
        let (jobs, waiting) = bounded(most);
        let (done, results) = unbounded();
        for _ in 0..n {
            let (waiting, done): (Receiver<J>, Sender<R>) =
                (waiting.clone(), done.clone());
            scope.spawn(move || {
                for job in waiting {
                    // Nobody takes results any more: the drive has ended early.
                    if done.send(work(job)).is_err() {
                        return;
                    }
                }
            });
        }
        drop((waiting, done));
        let mut crew = Crew { jobs, results, under_way: 0, most };
        drive(&mut crew)
    })
}

/// Does `work` on all jobs with `n` threads; the results are in whatever order.
pub(crate) fn each<J: Send, R: Send>(
    n: usize,
    jobs: impl IntoIterator<Item = J>,
    work: impl Fn(J) -> R + Sync,
) -> Vec<R> {
    with_crew(n, &work, |crew| {
        let mut results: Vec<R> =
            jobs.into_iter().filter_map(|job| crew.give(job)).collect();
        results.extend(std::iter::from_fn(|| crew.take()));
        results
    })
}

impl<J, R> Crew<J, R> {
    /// Hands out a job; where too many are under way, waits for a result first and returns it.
    pub(crate) fn give(&mut self, job: J) -> Option<R> {
        let result = if self.under_way >= self.most { self.take() } else { None };
        // The threads end only after the sender is gone, unless one panicked: then the scope does.
        if self.jobs.send(job).is_ok() {
            self.under_way += 1;
        }
        result
    }

    /// Waits for a result; none if no job is under way.
    pub(crate) fn take(&mut self) -> Option<R> {
        if self.under_way == 0 {
            return None;
        }
        self.under_way -= 1;
        self.results.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_has_one_result() {
        let mut squares = each(3, 0..100, |n: u64| n * n);
        squares.sort_unstable();
        assert_eq!(squares, (0..100).map(|n| n * n).collect::<Vec<_>>());
    }
}
