//! Formats and logics run ahead of delivery, on blocking threads.
//!
//! A format that is slow or never returns delays neither deliveries nor a request to stop.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// How long one slice of work may take, its last item excepted. Cheap formats share the cost of a change of threads; slow
/// ones hand over each item as soon as it is ready.
const SLICE: Duration = Duration::from_millis(5);

/// Applies a function to items, in order, one at a time.
///
/// Dropping it abandons what has not started. The function may still finish the item that it works on; the result is
/// dropped.
pub(super) struct Ahead<T, R> {
    work: Arc<dyn Fn(T) -> R + Send + Sync>,
    waiting: VecDeque<T>,
    slice: Option<JoinHandle<Slice<T, R>>>,
    in_slice: usize,
}

/// What a blocking thread hands back.
struct Slice<T, R> {
    done: Vec<R>,
    rest: VecDeque<T>,
}

impl<T: Send + 'static, R: Send + 'static> Ahead<T, R> {
    pub(super) fn new(work: impl Fn(T) -> R + Send + Sync + 'static) -> Self {
        Self { work: Arc::new(work), waiting: VecDeque::new(), slice: None, in_slice: 0 }
    }

    /// The number of items whose results [`next`](Self::next) has not returned.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.in_slice
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn push(&mut self, item: T) {
        self.waiting.push_back(item);
    }

    /// Abandons all items.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        (self.slice, self.in_slice) = (None, 0);
    }

    /// Waits for the next results, in the order of their items. Returns none only if there are no items. A caller that
    /// stops waiting loses nothing.
    ///
    /// # Errors
    ///
    /// The function panicked. The items of its slice are lost.
    pub(super) async fn next(&mut self) -> Result<Vec<R>, JoinError> {
        let slice = match &mut self.slice {
            Some(slice) => slice,
            None => {
                let items = std::mem::take(&mut self.waiting);
                self.in_slice = items.len();
                let (work, span) = (self.work.clone(), tracing::Span::current());
                let slice = spawn_blocking(move || span.in_scope(|| Slice::of(&*work, items)));
                self.slice.insert(slice)
            }
        };
        let ended = slice.await;
        (self.slice, self.in_slice) = (None, 0);
        let Slice { done, mut rest } = ended?;
        rest.append(&mut self.waiting);
        self.waiting = rest;
        Ok(done)
    }
}

impl<T, R> Slice<T, R> {
    fn of(work: &dyn Fn(T) -> R, mut rest: VecDeque<T>) -> Self {
        let begun = Instant::now();
        let mut done = Vec::new();
        while let Some(item) = rest.pop_front() {
            done.push(work(item));
            if begun.elapsed() >= SLICE {
                break;
            }
        }
        Self { done, rest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn slow_items_are_handed_over_one_by_one_and_in_order() {
        let mut ahead = Ahead::new(|number: u32| {
            std::thread::park_timeout(Duration::from_millis(20));
            number
        });
        (0..3).for_each(|number| ahead.push(number));
        for number in 0..3 {
            assert_eq!(ahead.len(), 3 - number as usize);
            assert_eq!(ahead.next().await.unwrap(), [number]);
            ahead.push(number + 3);
            ahead.waiting.pop_back();
        }
        assert!(ahead.is_empty() && ahead.next().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_stops_waiting_loses_nothing() {
        let mut ahead = Ahead::new(|number: u32| {
            std::thread::park_timeout(Duration::from_millis(50));
            number
        });
        ahead.push(1);
        ahead.push(2);
        assert!(tokio::time::timeout(Duration::from_millis(1), ahead.next()).await.is_err());
        ahead.push(3);
        assert_eq!(ahead.len(), 3);
        let mut seen = Vec::new();
        while !ahead.is_empty() {
            seen.extend(ahead.next().await.unwrap());
        }
        assert_eq!(seen, [1, 2, 3]);
    }

    #[tokio::test]
    async fn cheap_items_share_a_slice_and_a_panic_is_an_error() {
        let mut ahead = Ahead::new(|number: u32| {
            assert_ne!(number, 100);
            number
        });
        (0..3).for_each(|number| ahead.push(number));
        assert_eq!(ahead.next().await.unwrap(), [0, 1, 2]);
        ahead.push(100);
        assert!(ahead.next().await.unwrap_err().is_panic());
        assert!(ahead.is_empty());
    }
}
