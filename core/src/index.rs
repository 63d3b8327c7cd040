//! Lists that a value is looked up in: put in order once, before the first request, and halved in each.
//!
//! Order never changes an answer. A list that is not in order is searched from end to end, and on a small
//! CPU every list is: those of its firmware are short, and its flash is as well.

/// Whether lists are put in order and halved.
pub(crate) use crate::text::ascii::WIDE as HALVES;

/// As many elements are looked at one by one: fewer steps than halving saves.
pub(crate) const FEW: usize = 8;

/// The part of an ordered list, at most `most` elements of it but never none, that holds the last one
/// which is not `after` what is sought. Halving takes as many steps for one value as for any other.
pub(crate) fn narrow<T>(list: &[T], most: usize, after: impl Fn(&T) -> bool) -> &[T] {
    let mut part = list;
    while part.len() > most.max(1) {
        let Some((front, back)) = part.split_at_checked(part.len() / 2) else { break };
        part = if back.first().is_some_and(&after) { front } else { back };
    }
    part
}

/// Puts a list in order: heapsort, since it needs no memory, no recursion, and n log n steps for every
/// list. The standard library's sort has a panic for an order that is none.
pub(crate) fn sort<T>(list: &mut [T], before: impl Fn(&T, &T) -> bool) {
    for root in (0..list.len() / 2).rev() {
        sift(list, root, &before);
    }
    let mut rest = list;
    while rest.len() > 1 {
        let Some(last) = rest.len().checked_sub(1) else { return };
        rest.swap(0, last);
        let Some(shorter) = rest.get_mut(..last) else { return };
        rest = shorter;
        sift(rest, 0, &before);
    }
}

/// Moves an element down below all that come after it in the order, in a heap whose root comes last.
fn sift<T>(heap: &mut [T], mut root: usize, before: &impl Fn(&T, &T) -> bool) {
    let goes_up = |heap: &[T], below: usize, above: usize| match (heap.get(below), heap.get(above))
    {
        (Some(below), Some(above)) => before(above, below),
        _ => false,
    };
    loop {
        let left = root.saturating_mul(2).saturating_add(1);
        let right = left.saturating_add(1);
        let child = if goes_up(heap, right, left) { right } else { left };
        if !goes_up(heap, child, root) || root.max(child) >= heap.len() {
            return;
        }
        heap.swap(root, child);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Numbers that look random and repeat.
    fn numbers(count: usize, below: u32) -> Vec<u32> {
        let mut state = 12_345_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn sorting_agrees_with_the_standard_library() {
        for count in (0..40).chain([1000]) {
            for below in [1, 3, 1 << 24] {
                let mut list = numbers(count, below);
                let mut expected = list.clone();
                expected.sort_unstable();
                sort(&mut list, |a, b| a < b);
                assert_eq!(list, expected);
            }
        }
    }

    #[test]
    fn what_is_left_holds_the_last_that_is_not_after() {
        for count in 0..40 {
            let mut list = numbers(count, 30);
            list.sort_unstable();
            for sought in 0..30 {
                for most in [0, 1, FEW] {
                    let part = narrow(&list, most, |&number| number > sought);
                    assert!(part.len() <= most.max(1) && (part.is_empty() == list.is_empty()));
                    let expected = list.iter().rfind(|&&number| number <= sought);
                    let found = part.iter().rfind(|&&number| number <= sought);
                    assert_eq!(found, expected);
                }
            }
        }
    }
}
