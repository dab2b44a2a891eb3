//! Circles in a graph of files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// For each file, the files that it imports from.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// Files that all reach each other by their imports.
#[derive(Debug)]
pub(crate) struct Circle {
    pub(crate) files: BTreeSet<String>,
    /// The shortest path around the circle, as `a.rs -> b.rs -> a.rs`.
    pub(crate) shortest: String,
}

/// Every circle. None of them shares a file with another.
pub(crate) fn circles(graph: &Graph) -> Vec<Circle> {
    let ways: BTreeMap<_, _> = graph.keys().map(|file| (file.as_str(), reached_from(graph, file))).collect();
    let reaches = |from: &str, to: &str| ways.get(from).is_some_and(|reached| reached.contains_key(to));
    let mut circles: Vec<Circle> = Vec::new();
    for file in graph.keys().filter(|file| reaches(file, file)) {
        if circles.iter().any(|circle| circle.files.contains(file)) {
            continue;
        }
        let files: BTreeSet<_> =
            graph.keys().filter(|other| reaches(file, other) && reaches(other, file)).cloned().collect();
        let around = files.iter().filter_map(|file| way(ways.get(file.as_str())?, file));
        let shortest = around.min_by_key(Vec::len).unwrap_or_default().join(" -> ");
        circles.push(Circle { files, shortest });
    }
    circles
}

/// Each file that is reachable from this one by at least one import, with the file before it on the shortest path.
fn reached_from<'a>(graph: &'a Graph, from: &'a str) -> BTreeMap<&'a str, &'a str> {
    let mut queue = VecDeque::from([from]);
    let mut reached = BTreeMap::new();
    while let Some(file) = queue.pop_front() {
        for next in graph.get(file).into_iter().flatten() {
            if !reached.contains_key(next.as_str()) {
                reached.insert(next.as_str(), file);
                queue.push_back(next);
            }
        }
    }
    reached
}

/// The shortest path from a file back to itself, with both ends.
fn way<'a>(reached: &BTreeMap<&'a str, &'a str>, file: &'a str) -> Option<Vec<&'a str>> {
    let mut way = VecDeque::from([file]);
    let mut before = *reached.get(file)?;
    while before != file {
        way.push_front(before);
        before = reached.get(before)?;
    }
    way.push_front(file);
    Some(way.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(imports: &[(&str, &[&str])]) -> Graph {
        let owned = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect();
        imports.iter().map(|(file, imported)| ((*file).to_owned(), owned(imported))).collect()
    }

    fn shortest(graph: &Graph) -> Vec<String> {
        circles(graph).into_iter().map(|circle| circle.shortest).collect()
    }

    #[test]
    fn imports_in_one_direction_are_not_a_circle() {
        let diamond = graph(&[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"]), ("d", &[])]);
        assert!(circles(&diamond).is_empty());
    }

    #[test]
    fn a_circle_is_named_file_by_file() {
        let two = graph(&[("a", &["b"]), ("b", &["a"])]);
        assert_eq!(shortest(&two), ["a -> b -> a"]);
        let three = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])]);
        assert_eq!(shortest(&three), ["a -> b -> c -> a"]);
    }

    #[test]
    fn circles_connected_in_one_direction_are_all_named() {
        let both = graph(&[("a", &["b"]), ("b", &["a", "c"]), ("c", &["d"]), ("d", &["c"])]);
        assert_eq!(shortest(&both), ["a -> b -> a", "c -> d -> c"]);
    }

    #[test]
    fn of_circles_that_share_a_file_the_shortest_is_named() {
        let knot = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["a", "b"])]);
        let found = circles(&knot);
        assert_eq!((found.len(), found[0].files.len()), (1, 3));
        assert_eq!(found[0].shortest, "b -> c -> b");
    }
}
