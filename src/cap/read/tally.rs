//! [`Tally`] and [`Skipped`]: how many there are of what a walk passed by.
//!
//! May import: nothing. The example is the same whichever thread came across it first.

/// How many there are of something, and one of them to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// The first of them in the order of paths, whichever thread came across it.
    pub example: Option<String>,
}

impl Tally {
    /// The larger of two counts of the same things.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if other.count > self.count { other } else { self }
    }

    /// One more.
    pub fn one(&mut self, shown: String) {
        self.add(Self { count: 1, example: Some(shown) });
    }

    /// What somebody else has counted.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.example = match (self.example.take(), other.example) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// What a walk did not look into, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Directories that could not be read.
    pub unreadable: Tally,
    /// Directories that lie too deep.
    pub too_deep: Tally,
    /// Directories of other file systems that are not to be crossed into, or hold no data.
    pub elsewhere: Tally,
    /// What has a name that is reserved for changes that are not finished.
    pub unfinished: Tally,
}

impl Skipped {
    /// What one of two walks of the same directories skipped: of each reason, what the walk that skipped more did.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            unreadable: self.unreadable.or(other.unreadable),
            too_deep: self.too_deep.or(other.too_deep),
            elsewhere: self.elsewhere.or(other.elsewhere),
            unfinished: self.unfinished.or(other.unfinished),
        }
    }

    /// What another walk of the same call skipped as well.
    pub fn add(&mut self, other: Self) {
        self.unreadable.add(other.unreadable);
        self.too_deep.add(other.too_deep);
        self.elsewhere.add(other.elsewhere);
        self.unfinished.add(other.unfinished);
    }
}
