//! What a child inherits, in one process.

#[path = "../../../../src/process/inherited.rs"]
mod inherited;

pub(crate) use inherited::Inherited;

mod generation {
    pub(crate) fn generation() -> u64 {
        1
    }
}

mod sync {
    //! `orders.rs` has the orders of these.

    pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
}
