//! Interleaved rounds: every contestant runs in each, so that a neighbour's turn on the core meets all.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// Rounds of each contestant.
    pub rounds: usize,
    /// Where the figures go as JSON.
    pub json: Option<String>,
    /// Only contestants whose group or name contains this.
    pub only: String,
}

/// Reads `[--quick] [--json FILE] [PART OF A NAME]`.
#[must_use]
pub fn arguments() -> Arguments {
    // Enough for a tenth percentile, odd for a median.
    let mut found = Arguments { rounds: 61, json: None, only: String::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => found.rounds = 11,
            "--json" => found.json = words.next(),
            _ => found.only = word,
        }
    }
    found
}

/// How long one contestant runs in one round: long against the clock, short against a neighbour's
/// turn on the core.
const SLICE: Duration = Duration::from_millis(2);

/// Work that is measured, and what it took in each round.
pub struct Contestant<'a> {
    /// What it is compared within.
    pub group: String,
    /// What it is called.
    pub name: String,
    run: Box<dyn FnMut() + 'a>,
    iterations: u32,
    /// Nanoseconds of one run, a number a round.
    pub samples: Vec<f64>,
}

impl<'a> Contestant<'a> {
    /// Work, not yet run.
    #[must_use]
    pub fn new(group: &str, name: &str, run: Box<dyn FnMut() + 'a>) -> Self {
        let (group, name) = (group.to_owned(), name.to_owned());
        Self { group, name, run, iterations: 1, samples: Vec::new() }
    }

    fn time(&mut self) -> Duration {
        let start = Instant::now();
        for _ in 0..self.iterations {
            (self.run)();
        }
        start.elapsed()
    }

    fn calibrate(&mut self) {
        while self.time() < SLICE {
            self.iterations *= 2;
        }
    }

    fn sample(&mut self) {
        let time = self.time();
        self.samples.push(time.as_secs_f64() * 1e9 / f64::from(self.iterations));
    }

    /// The nanoseconds that so many per cent of the rounds took less than.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.samples, percent)
    }
}

/// The value that so many per cent of the samples are below.
#[must_use]
pub fn percentile(samples: &[f64], percent: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) * percent / 100]
}

/// Runs all in rounds.
pub fn run(all: &mut [Contestant<'_>], rounds: usize) {
    for contestant in &mut *all {
        contestant.calibrate();
    }
    for _ in 0..rounds {
        for contestant in &mut *all {
            contestant.sample();
        }
    }
}

/// Runs those that the arguments ask for, prints a table a group, in which the ratio is to the group's
/// first, and writes the figures.
///
/// # Panics
/// If the file cannot be written.
pub fn report(mut all: Vec<Contestant<'_>>, arguments: &Arguments) {
    all.retain(|one| one.group.contains(&arguments.only) || one.name.contains(&arguments.only));
    run(&mut all, arguments.rounds);
    let mut group = "";
    let mut first = 0.0;
    for one in &all {
        if one.group != group {
            (group, first) = (&one.group, one.percentile(10));
            println!("\n{group:<40} {:>10} {:>10} {:>8}", "p10", "median", "ratio");
        }
        let (p10, median) = (one.percentile(10), one.percentile(50));
        println!("  {:<38} {p10:>7.1} ns {median:>7.1} ns {:>7.2}x", one.name, p10 / first);
    }
    if let Some(file) = &arguments.json {
        std::fs::write(file, json(&all)).expect("the file of figures");
    }
}

/// `[{"group", "name", "p10", "median"}]`, in nanoseconds.
#[must_use]
pub fn json(all: &[Contestant<'_>]) -> String {
    let mut text = String::from("[\n");
    for (at, one) in all.iter().enumerate() {
        let gap = if at == 0 { "" } else { ",\n" };
        // No name here has a character that JSON escapes.
        let _ = write!(
            text,
            r#"{gap}  {{"group": "{}", "name": "{}", "p10": {:.1}, "median": {:.1}}}"#,
            one.group,
            one.name,
            one.percentile(10),
            one.percentile(50),
        );
    }
    text + "\n]\n"
}

impl std::fmt::Debug for Contestant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contestant({}, {})", self.group, self.name)
    }
}
