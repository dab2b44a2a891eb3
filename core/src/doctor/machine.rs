//! Findings about this process and machine: limits and versions.

use std::fs::read_to_string;

use super::report::{Finding, Level};
use crate::error::Error;
use crate::process;

const CHECK: &str = "process";
/// A login needs one or two connections, and a server has connections of its own.
const FEW_FILES: u64 = 256;
const FEW_THREADS: u64 = 16;
/// Threads of the same user in other programs and containers count too.
const FEW_PROCESSES: u64 = 64;

/// Whether this process can start a thread, and how close it is to its limits.
pub(super) fn process() -> Finding {
    if let Err(error) = process::spawn("clever-sso-doctor", || {}) {
        return Finding::problem(
            CHECK,
            &format_args!(
                "this process can start no thread: {error}{}",
                counted(threads()).unwrap_or_default()
            ),
            &"raise the limit of processes (pids limit of the container, ulimit -u, TasksMax of systemd), or allow \
             clone in its seccomp profile. Without threads, a name server that does not respond delays every call",
        );
    }
    let limits = read_to_string("/proc/self/limits").ok();
    let files = limits.as_deref().and_then(|limits| soft_limit(limits, "Max open files"));
    if let Some(files) = files.filter(|files| *files < FEW_FILES) {
        return Finding::warning(
            CHECK,
            &format_args!("this process may have {files} files open at a time"),
            &"raise the limit (ulimit -n, LimitNOFILE of systemd): each login in progress needs a connection",
        );
    }
    let most = limits.as_deref().and_then(|limits| soft_limit(limits, "Max processes"));
    if let Some(most) = most.filter(|most| *most < FEW_PROCESSES) {
        return Finding::warning(
            CHECK,
            &format_args!(
                "this user may have {most} processes and threads at a time, in all programs together"
            ),
            &"raise the limit (ulimit -u, LimitNPROC of systemd): a server with several workers soon needs more",
        );
    }
    let threads = threads();
    if let Some((now, most)) = threads.filter(|(now, most)| most.saturating_sub(*now) < FEW_THREADS) {
        return Finding::warning(
            CHECK,
            &format_args!("{now} of {most} threads and processes are in use here"),
            &"raise the pids limit of the container (TasksMax of systemd): the library looks up each host name on a short-lived thread",
        );
    }
    let files = files.map(|files| format!(", {files} open files")).unwrap_or_default();
    let most = most.map(|most| format!(", {most} processes of this user")).unwrap_or_default();
    let counted = counted(threads).unwrap_or_default();
    Finding::ok(CHECK, &format_args!("threads can be started{files}{most}{counted}"))
}

/// Turns a request that reached a limit of this process into a problem of the process.
pub(super) fn note_limit(findings: &mut Vec<Finding>, error: &Error) {
    let known = findings.iter().position(|finding| finding.check == CHECK && finding.level != Level::Ok);
    if let Some(known) = known.and_then(|known| findings.get_mut(known)) {
        known.level = Level::Problem;
        return;
    }
    let advice = "free or raise that limit, then try again";
    findings.push(Finding::problem(CHECK, &error.detail().unwrap_or_default(), &advice));
}

fn counted(threads: Option<(u64, u64)>) -> Option<String> {
    threads.map(|(now, most)| format!(", {now} of {most} threads and processes in use"))
}

/// The number of threads and processes in this container or service, and the limit (Linux, cgroups). Each folder limits
/// everything inside it, so this is the folder with the fewest left.
fn threads() -> Option<(u64, u64)> {
    let own = read_to_string("/proc/self/cgroup").unwrap_or_default();
    let counts = folders_of_pids(&own).into_iter().filter_map(|folder| {
        let number = |name: &str| read_to_string(format!("{folder}/{name}")).ok()?.trim().parse::<u64>().ok();
        Some((number("pids.current")?, number("pids.max")?))
    });
    counts.min_by_key(|(now, most)| most.saturating_sub(*now))
}

/// The folders that may limit processes, from `/proc/self/cgroup`: each line has a number, controllers, and a path. A line
/// without controllers is cgroup version 2. In a container, the path may be the path outside.
fn folders_of_pids(own: &str) -> Vec<String> {
    let mut folders = vec!["/sys/fs/cgroup".to_owned(), "/sys/fs/cgroup/pids".to_owned()];
    for line in own.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let root = match controllers {
            "" => "/sys/fs/cgroup",
            _ if controllers.split(',').any(|one| one == "pids") => "/sys/fs/cgroup/pids",
            _ => continue,
        };
        let mut folder = root.to_owned();
        for name in path.split('/').filter(|name| !matches!(*name, "" | "..")) {
            folder.extend(["/", name]);
            folders.push(folder.clone());
        }
    }
    folders
}

/// A soft limit, by its name in `/proc/self/limits`.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

/// The software versions.
pub(super) fn versions() -> Finding {
    let kernel = read_to_string("/proc/sys/kernel/osrelease").ok();
    let kernel = kernel.map(|kernel| format!(", kernel {}", kernel.trim())).unwrap_or_default();
    let system = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|file| read_to_string(file).ok());
    let system = system.as_deref().and_then(pretty_name).map(|name| format!(", {name}")).unwrap_or_default();
    let found = format!(
        "clever-sso {} for {} {}{LIBC}{kernel}{system}{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        aws_lc()
    );
    Finding::ok("versions", &found)
}

/// The C library that this build is for.
const LIBC: &str = if cfg!(target_env = "musl") {
    " (musl)"
} else if cfg!(target_env = "gnu") {
    " (GNU)"
} else {
    ""
};

/// The name of the system in its os-release file (os-release(5)).
fn pretty_name(file: &str) -> Option<&str> {
    let name = file.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches(['"', '\''])).filter(|name| !name.is_empty() && name.len() < 100)
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
    fn each_parent_folder_of_a_service_may_limit_its_processes() {
        let version_2 = "0::/system.slice/app.service\n";
        assert_eq!(
            folders_of_pids(version_2)[2..],
            ["/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/system.slice/app.service"]
        );
        let version_1 = "9:cpu,cpuacct:/x\n8:pids:/docker/0a1b\nodd\n";
        assert_eq!(
            folders_of_pids(version_1)[2..],
            ["/sys/fs/cgroup/pids/docker", "/sys/fs/cgroup/pids/docker/0a1b"]
        );
        // As seen from inside a container.
        assert_eq!(folders_of_pids("0::/../../x\n")[2..], ["/sys/fs/cgroup/x"]);
    }

    #[test]
    fn versions_name_the_library() {
        assert!(versions().found.starts_with(concat!("clever-sso ", env!("CARGO_PKG_VERSION"), " for ")));
        assert_eq!(
            pretty_name("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n"),
            Some("Debian GNU/Linux 13 (trixie)")
        );
        assert_eq!(pretty_name("PRETTY_NAME=\n"), None);
    }
}
