//! What a report says about this process and machine: limits and versions.

use std::fs::read_to_string;

use super::report::Finding;
use crate::process;

const CHECK: &str = "process";
/// A login needs a connection or two, and a server has its own.
const FEW_FILES: u64 = 256;
const FEW_THREADS: u64 = 16;

/// Whether this process may start a thread, and how near its limits are.
pub(super) fn process() -> Finding {
    if let Err(error) = process::spawn("clever-sso-doctor", || {}) {
        return Finding::problem(
            CHECK,
            &format_args!(
                "this process can start no thread: {error}{}",
                counted(threads()).unwrap_or_default()
            ),
            &"raise the limit of processes (pids limit of the container, ulimit -u, TasksMax of systemd), or allow \
             clone in its seccomp profile; without threads, a name server that is silent holds up the whole call",
        );
    }
    let files =
        read_to_string("/proc/self/limits").ok().and_then(|limits| soft_limit(&limits, "Max open files"));
    if let Some(files) = files.filter(|files| *files < FEW_FILES) {
        return Finding::warning(
            CHECK,
            &format_args!("this process may have {files} files open at a time"),
            &"raise the limit (ulimit -n, LimitNOFILE of systemd): each login under way needs a connection",
        );
    }
    let threads = threads();
    if let Some((now, most)) = threads.filter(|(now, most)| most.saturating_sub(*now) < FEW_THREADS) {
        return Finding::warning(
            CHECK,
            &format_args!("{now} of {most} threads and processes are in use here"),
            &"raise the pids limit of the container: names are resolved on threads that end with their answer",
        );
    }
    let files = files.map(|files| format!(", {files} open files")).unwrap_or_default();
    Finding::ok(CHECK, &format_args!("threads can be started{files}{}", counted(threads).unwrap_or_default()))
}

fn counted(threads: Option<(u64, u64)>) -> Option<String> {
    threads.map(|(now, most)| format!(", {now} of {most} threads and processes in use"))
}

/// The threads and processes of this container, and how many there may be (Linux, cgroups).
fn threads() -> Option<(u64, u64)> {
    ["/sys/fs/cgroup", "/sys/fs/cgroup/pids"].iter().find_map(|folder| {
        let number = |name: &str| read_to_string(format!("{folder}/{name}")).ok()?.trim().parse().ok();
        Some((number("pids.current")?, number("pids.max")?))
    })
}

/// A soft limit, as `/proc/self/limits` names it.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

/// The versions of the software that runs here.
pub(super) fn versions() -> Finding {
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let found = format!(
        "clever-sso {} on {} {} {}{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        kernel.trim(),
        aws_lc()
    );
    Finding::ok("versions", &found)
}

#[cfg(unix)]
fn aws_lc() -> String {
    let version = aws_lc_sys::AWSLC_VERSION_NUMBER_STRING;
    format!(", aws-lc {}", String::from_utf8_lossy(version.strip_suffix(b"\0").unwrap_or(version)))
}

#[cfg(not(unix))]
const fn aws_lc() -> &'static str {
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_from_its_line() {
        let limits = "Limit   Soft Limit   Hard Limit   Units\nMax processes  96365  96365  processes\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024));
        assert_eq!(soft_limit(limits, "Max locked memory"), None);
        assert_eq!(soft_limit("Max open files  unlimited  unlimited  files", "Max open files"), None);
    }

    #[test]
    fn versions_name_the_library() {
        assert!(versions().found.starts_with(concat!("clever-sso ", env!("CARGO_PKG_VERSION"), " on ")));
    }
}
