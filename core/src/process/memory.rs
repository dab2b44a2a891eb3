//! Memory that is cleared when it is freed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

use zeroize::optimization_barrier;

/// The system's allocator, but it overwrites memory with zeros before it frees it: no part of a token or secret stays on the
/// heap, even if another library made a copy.
///
/// The C library and the Python package use it for all their allocations. A Rust program can use it too:
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: clever_sso::ClearingAllocator = clever_sso::ClearingAllocator;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ClearingAllocator;

// SAFETY: every call is passed to the system's allocator unchanged. A block is only written to before it is freed, while it still
// belongs to its owner. `realloc` is the trait's default: it allocates, copies and frees, so no copy stays behind.
unsafe impl GlobalAlloc for ClearingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller follows the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller follows the rules of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller passes a block of this size that no code uses anymore.
        unsafe { ptr::write_bytes(block, 0, layout.size()) };
        // SAFETY: as above; the bytes were just written. The compiler must assume that they are read.
        optimization_barrier(unsafe { std::slice::from_raw_parts(block, layout.size()) });
        // SAFETY: the caller follows the rules of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
}
