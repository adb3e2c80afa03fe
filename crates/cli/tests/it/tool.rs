//! Running the binary.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The binary, deaf to the environment of whoever runs the tests.
pub(crate) fn noroshi(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_noroshi"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NOROSHI_") {
            command.env_remove(name);
        }
    }
    for name in ["LC_ALL", "LC_MESSAGES", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
        .env("LANG", "C")
        .env("COLUMNS", "100")
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// The same, if it ended with `code`.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// Runs to the end.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    noroshi(arguments).output().unwrap().into()
}

/// Runs to the end with something on standard input.
pub(crate) fn run_with(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = noroshi(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // Whoever has read enough may close it.
        let _ = stdin.write_all(&input);
    });
    let ran = child.wait_with_output().unwrap().into();
    writer.join().unwrap();
    ran
}

/// A node that serves; killed when dropped.
pub(crate) struct Serving {
    child: Child,
    /// Its URL.
    pub(crate) url: String,
    /// The one-time login, at the first start.
    pub(crate) login: Option<String>,
}

impl Serving {
    /// Starts `serve` in `dir` on a free port and waits until it listens.
    pub(crate) fn start(dir: &Path) -> Self {
        Self::start_as(dir, &["--small-house"])
    }

    /// The same with other options.
    pub(crate) fn start_as(dir: &Path, options: &[&str]) -> Self {
        Self::start_with(dir, "127.0.0.1:0", options)
    }

    /// The same at an address.
    pub(crate) fn start_at(dir: &Path, address: &str) -> Self {
        Self::start_with(dir, address, &["--small-house"])
    }

    fn start_with(dir: &Path, address: &str, options: &[&str]) -> Self {
        let dir = dir.to_str().unwrap();
        let mut all = vec!["serve", "--dir", dir, "--listen", address, "--json"];
        all.extend_from_slice(options);
        let mut child = noroshi(&all).stdout(Stdio::piped()).spawn().unwrap();
        let mut login = None;
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines {
            let event: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |name: &str| event[name].as_str().map(str::to_owned);
            login = login.or(text("one_time_login"));
            if let Some(url) = text("url") {
                return Self { child, url, login };
            }
        }
        panic!("it ended: {:?}", child.wait());
    }

    /// Its memory before `act`, and the most that it had during it, in KiB; Linux only.
    pub(crate) fn peak_during(&self, act: impl FnOnce()) -> (u64, u64) {
        let proc = Path::new("/proc").join(self.child.id().to_string());
        let read = |name: &str| {
            let status = std::fs::read_to_string(proc.join("status")).unwrap();
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
        };
        // proc_pid_clear_refs(5): 5 resets the peak.
        std::fs::write(proc.join("clear_refs"), "5").unwrap();
        let before = read("VmRSS:");
        act();
        (before, read("VmHWM:"))
    }

    /// Kills it (`kill -9`), whatever it is doing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end; its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with a node that is set up and not running.
pub(crate) fn node() -> tempfile::TempDir {
    let dir = folder();
    assert_eq!(Serving::start(dir.path()).terminate(), Some(0));
    dir
}

/// A folder that is its owner's alone, as a node makes its own.
pub(crate) fn folder() -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir().unwrap()
}
