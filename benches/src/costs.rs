//! What the rows of a program cost.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use crate::callgrind::{self, Profile};
use crate::counts;

/// A program of rows.
pub struct Program {
    path: PathBuf,
    /// Its rows, in their order.
    pub rows: Vec<Listed>,
}

/// A row as its program lists it; the fields are those of the harness's `Row`.
#[derive(Clone, Debug)]
pub struct Listed {
    pub name: String,
    pub less: Option<String>,
    pub count: u64,
    pub per: u64,
    pub all_threads: bool,
    pub unchecked: bool,
}

/// What one operation costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Instructions.
    pub instructions: f64,
    /// Calls of the allocator.
    pub allocations: f64,
}

impl Program {
    /// Builds a package of this workspace, apart from the others, so that Cargo does not unite their features.
    ///
    /// # Errors
    ///
    /// Where it does not compile.
    pub fn build(package: &str) -> Result<Self, Box<dyn Error>> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--release", "--package", package])
            .current_dir(workspace)
            .status()?;
        if !status.success() {
            return Err(format!("`{package}` does not compile").into());
        }
        // Where this program is, the others of its profile are, too.
        let path = std::env::current_exe()?.with_file_name(package);
        let listed = Command::new(&path).arg("list").stderr(Stdio::inherit()).output()?;
        let rows = String::from_utf8(listed.stdout)?.lines().map(parse).collect::<Option<_>>();
        Ok(Self { path, rows: rows.ok_or("the list of rows cannot be read")? })
    }

    /// Counts each row: the difference between N and 2N operations, over N; less what its loop costs.
    ///
    /// # Errors
    ///
    /// Where a row fails.
    pub fn costs(&self) -> Result<BTreeMap<String, Cost>, Box<dyn Error>> {
        let raw = self.raw_costs()?;
        let cost = |row: &Listed| {
            let own = *raw.get(&row.name)?;
            let less = row.less.as_ref().map(|less| raw[less]).unwrap_or_default();
            Some((row.name.clone(), own.minus(less)))
        };
        Ok(self.rows.iter().filter_map(cost).collect())
    }

    /// The same, from the last time where the program has not changed since: counts repeat.
    ///
    /// # Errors
    ///
    /// Where a row fails.
    pub fn known_costs(&self) -> Result<BTreeMap<String, Cost>, Box<dyn Error>> {
        let file = self.path.with_extension("counts");
        let is_newer = |file: &Path| Some(file.metadata().ok()?.modified().ok()? > self.built()?);
        if is_newer(&file) == Some(true) {
            return Ok(counts::read(&std::fs::read_to_string(&file)?)?);
        }
        let costs = self.costs()?;
        std::fs::write(&file, counts::write(&self.rows, &costs))?;
        Ok(costs)
    }

    fn built(&self) -> Option<SystemTime> {
        self.path.metadata().ok()?.modified().ok()
    }

    fn raw_costs(&self) -> Result<BTreeMap<String, Cost>, Box<dyn Error>> {
        let next = AtomicUsize::new(0);
        let costs = Mutex::new(BTreeMap::new());
        let failures = Mutex::new(Vec::new());
        let work = || {
            while let Some(row) = self.rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                if row.count == 0 {
                    continue;
                }
                match self.raw_cost(row) {
                    Ok(cost) => drop(costs.lock().expect("no panic").insert(row.name.clone(), cost)),
                    Err(error) => failures.lock().expect("no panic").push(error.to_string()),
                }
            }
        };
        // Twice as many as there are processors, as a row also waits: for timers, and for its exporters.
        let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
        let failures = failures.into_inner()?;
        if failures.is_empty() { Ok(costs.into_inner()?) } else { Err(failures.join("\n").into()) }
    }

    fn raw_cost(&self, row: &Listed) -> Result<Cost, Box<dyn Error>> {
        let once = self.profile(row, row.count)?;
        let twice = self.profile(row, 2 * row.count)?;
        let operations = (row.count * row.per) as f64;
        let each = |once: u64, twice: u64| (twice as f64 - once as f64) / operations;
        Ok(Cost {
            instructions: each(once.instructions, twice.instructions),
            allocations: each(once.allocations, twice.allocations),
        })
    }

    /// A row that fails is tried again: on a loaded machine an exporter under valgrind may be too late to take everything.
    fn profile(&self, row: &Listed, count: u64) -> Result<Profile, Box<dyn Error>> {
        const TRIES: usize = 3;
        let try_it = || callgrind::profile(&self.path, &row.name, count, row.all_threads);
        let mut result = try_it();
        for _ in 1..TRIES {
            if result.is_ok() {
                break;
            }
            result = try_it();
        }
        result
    }

    /// The functions in which a row spends more the more often it is repeated.
    ///
    /// # Errors
    ///
    /// Where there is no such row, or where it fails.
    pub fn functions(&self, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let row = self.rows.iter().find(|row| row.name == name).ok_or("there is no such row")?;
        let once = self.profile(row, row.count)?.functions;
        let twice = self.profile(row, 2 * row.count)?.functions;
        let grown = twice
            .into_iter()
            .filter(|(function, cost)| *cost >= once.get(function).copied().unwrap_or(0) + row.count);
        let mut grown: Vec<String> = grown.map(|(function, _)| function).collect();
        grown.sort();
        Ok(grown)
    }

    /// The least and the median nanoseconds of an operation, on so many threads at once.
    ///
    /// # Errors
    ///
    /// Where the row fails.
    pub fn time(&self, row: &Listed, threads: u64) -> Result<[f64; 2], Box<dyn Error>> {
        let timed = Command::new(&self.path)
            .args(["time", &row.name, &row.count.max(1).to_string(), &threads.to_string()])
            .stderr(Stdio::inherit())
            .output()?;
        let text = String::from_utf8(timed.stdout)?;
        let mut numbers = text.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(least)), Some(Ok(median))) => Ok([least, median]),
            _ => Err(format!("`time {}` failed", row.name).into()),
        }
    }

    /// What the program prints for other words.
    ///
    /// # Errors
    ///
    /// Where it fails.
    pub fn output(&self, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let output = Command::new(&self.path).args(arguments).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("`{}` failed", arguments.join(" ")).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Cost {
    fn minus(self, other: Self) -> Self {
        Self {
            instructions: (self.instructions - other.instructions).max(0.0),
            allocations: (self.allocations - other.allocations).max(0.0),
        }
    }
}

fn parse(line: &str) -> Option<Listed> {
    let mut words = line.split_whitespace();
    Some(Listed {
        name: words.next()?.to_owned(),
        less: words.next().filter(|less| *less != "-").map(str::to_owned),
        count: words.next()?.parse().ok()?,
        per: words.next()?.parse().ok()?,
        all_threads: words.next()?.parse().ok()?,
        unchecked: words.next()?.parse().ok()?,
    })
}
