//! Memory that is cleared when it is freed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

use zeroize::optimization_barrier;

/// The system's allocator, but what is freed is overwritten with zeros first: no piece of a token or secret stays on the
/// heap, wherever a library in between has put a copy.
///
/// The C library and the Python package use it for everything that they allocate. A Rust program may too:
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ClearingAllocator;

// SAFETY: everything is handed to the system's allocator as it came; a block is written to only before it is freed, when
// it is its owner's still. `realloc` is the trait's own: it allocates, copies and frees, so that no remnant stays behind.
unsafe impl GlobalAlloc for ClearingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the rules of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller hands over a block of this size, which nobody reads any more.
        unsafe { ptr::write_bytes(block, 0, layout.size()) };
        // SAFETY: as above; the bytes were just written. The compiler must believe that somebody reads them.
        optimization_barrier(unsafe { std::slice::from_raw_parts(block, layout.size()) });
        // SAFETY: the caller keeps the rules of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
}
