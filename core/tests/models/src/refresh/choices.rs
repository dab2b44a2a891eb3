//! The choices that make a run: every row of them, one after the other, or random ones.

/// Decides what happens next, so that no two runs are the same.
pub(crate) struct Choices {
    /// What was chosen so far in this run, and of how many.
    made: Vec<(usize, usize)>,
    /// How many of them are repeated from the run before.
    next: usize,
    /// The state of a random number generator; `None` to go through all rows.
    random: Option<u64>,
}

impl Choices {
    pub(crate) fn all() -> Self {
        Self { made: Vec::new(), next: 0, random: None }
    }

    /// The run with this number. The same number makes the same choices.
    pub(crate) fn random(run: u64) -> Self {
        Self { random: Some(run), ..Self::all() }
    }

    /// A number below `options`.
    pub(crate) fn choose(&mut self, options: usize) -> usize {
        if let Some(state) = &mut self.random {
            return usize::try_from(split_mix(state) % options as u64).unwrap();
        }
        if self.next == self.made.len() {
            self.made.push((0, options));
        }
        let (chosen, of) = self.made[self.next];
        assert_eq!(of, options, "the same choices led elsewhere");
        self.next += 1;
        chosen
    }

    /// Prepares the next run. Returns whether there is one.
    pub(crate) fn go_on(&mut self) -> bool {
        self.next = 0;
        while let Some((chosen, of)) = self.made.pop() {
            if chosen + 1 < of {
                self.made.push((chosen + 1, of));
                return true;
            }
        }
        false
    }
}

/// `SplitMix64`.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
