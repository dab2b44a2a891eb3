//! The files of a crate, and from which files each of them imports.
//!
//! A name is followed to the file that defines it, through every `pub use`, so a file that only declares its modules is never
//! part of a circle. Paths in the code count as imports, too. Unit tests don't, because they may use anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::graph::Graph;
use crate::tokens::tokens;

/// The names of modules from the root, which is the empty path.
type ModulePath = Vec<String>;

#[derive(Default)]
struct Module {
    file: String,
    /// The names that `use` defines, each with its path, which begins with `crate` or with a name.
    imported: BTreeMap<String, ModulePath>,
    /// Every path in the module.
    paths: BTreeSet<ModulePath>,
}

#[derive(Default)]
struct Crate {
    modules: BTreeMap<ModulePath, Module>,
}

/// The graph of the files below `source`, beginning with the file `root`.
pub(crate) fn imports(source: &Path, root: &str) -> Graph {
    let read = |file: &str| fs::read_to_string(source.join(file)).ok();
    Crate::read(&read, root).graph()
}

impl Crate {
    fn read(read: &dyn Fn(&str) -> Option<String>, root: &str) -> Self {
        let mut whole = Self::default();
        whole.add_file(read, Vec::new(), root);
        whole
    }

    fn add_file(&mut self, read: &dyn Fn(&str) -> Option<String>, module: ModulePath, file: &str) {
        let text = read(file).unwrap_or_else(|| panic!("cannot read {file}"));
        let tokens = without_tests(&tokens(&text));
        let children = self.add_module(&tokens, module, file);
        for child in children {
            let flat = format!("{}.rs", child.join("/"));
            let nested = format!("{}/mod.rs", child.join("/"));
            let file = if read(&flat).is_some() { flat } else { nested };
            self.add_file(read, child, &file);
        }
    }

    /// Adds a module and its inline modules; returns the modules that have their own file.
    fn add_module(&mut self, tokens: &[String], path: ModulePath, file: &str) -> Vec<ModulePath> {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        let mut children = Vec::new();
        let mut place = 0;
        while place < tokens.len() {
            let token = |offset: usize| tokens.get(place + offset).map(String::as_str).unwrap_or_default();
            let before = place.checked_sub(1).map(|before| tokens[before].as_str()).unwrap_or_default();
            match (token(0), token(2)) {
                ("mod", ";") => {
                    children.push([&path[..], &[token(1).to_owned()]].concat());
                    place += 3;
                }
                ("mod", "{") => {
                    let end = closing(tokens, place + 2);
                    let child = [&path[..], &[token(1).to_owned()]].concat();
                    children.extend(self.add_module(&tokens[place + 3..end], child, file));
                    place = end + 1;
                }
                ("use", _) => {
                    let end = tokens[place..]
                        .iter()
                        .position(|token| token == ";")
                        .map_or(tokens.len(), |at| place + at);
                    for (name, target) in use_tree(&tokens[place + 1..end], &path) {
                        module.paths.insert(target.clone());
                        module.imported.insert(name, target);
                    }
                    place = end + 1;
                }
                (name, _) if is_name(name) && token(1) == "::" && before != "::" && before != "." => {
                    let mut written = vec![name.to_owned()];
                    while token(written.len() * 2 - 1) == "::" && is_name(token(written.len() * 2)) {
                        written.push(token(written.len() * 2).to_owned());
                    }
                    place += written.len() * 2 - 1;
                    module.paths.insert(absolute(&written, &path));
                }
                _ => place += 1,
            }
        }
        self.modules.insert(path, module);
        children
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (path, module) in &self.modules {
            let imported = module.paths.iter().filter_map(|target| self.file_of(path, target, 0));
            let others = imported.filter(|file| *file != module.file).map(str::to_owned);
            graph.entry(module.file.clone()).or_default().extend(others);
        }
        graph
    }

    /// The file that defines the target of this path in the module `from`; none if it is outside of the crate.
    fn file_of(&self, from: &ModulePath, target: &[String], depth: usize) -> Option<&str> {
        let (first, rest) = target.split_first()?;
        let (mut module, mut rest) =
            if first == "crate" { (Vec::new(), rest) } else { (from.clone(), target) };
        let mut is_first = first != "crate";
        while let Some((name, more)) = rest.split_first() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            if self.modules.contains_key(&child) {
                (module, rest, is_first) = (child, more, false);
                continue;
            }
            let handed_on = self.modules.get(&module)?.imported.get(name);
            match handed_on {
                // A name may be imported from another crate under the same name: `use url::Url;`.
                Some(next) if depth < 20 && next[..] != *target => {
                    let further = [&next[..], more].concat();
                    return self.file_of(&module, &further, depth + 1);
                }
                _ if is_first => return None,
                _ => break,
            }
        }
        self.modules.get(&module).map(|module| module.file.as_str())
    }
}

/// The names that a `use` defines, and their paths.
fn use_tree(tokens: &[String], module: &[String]) -> Vec<(String, ModulePath)> {
    let mut found = Vec::new();
    read_tree(tokens, &[], &mut found);
    found
        .into_iter()
        .map(|(name, path)| {
            // Inside braces, `self` is the path before them.
            let path: Vec<_> = match path.split_last() {
                Some((last, before)) if last == "self" && !before.is_empty() => before.to_vec(),
                _ => path,
            };
            let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
            (name, absolute(&path, module))
        })
        .collect()
}

fn read_tree(tokens: &[String], before: &[String], found: &mut Vec<(Option<String>, ModulePath)>) {
    for branch in branches(tokens) {
        let mut path = before.to_vec();
        let mut rest = branch;
        loop {
            match rest {
                [first, more @ ..] if first == "::" => rest = more,
                [first, inside @ .., _] if first == "{" => {
                    read_tree(inside, &path, found);
                    break;
                }
                [first, name] if first == "as" => {
                    found.push((Some(name.clone()), path));
                    break;
                }
                [] => {
                    if path != before {
                        found.push((None, path));
                    }
                    break;
                }
                [first, more @ ..] => {
                    // A glob is an import of the module itself.
                    if first == "*" {
                        found.push((Some("*".to_owned()), path));
                        break;
                    }
                    path.push(first.clone());
                    rest = more;
                }
            }
        }
    }
}

/// The parts between the commas outside of braces.
fn branches(tokens: &[String]) -> Vec<&[String]> {
    let mut depth = 0_usize;
    let is_comma = |token: &String| {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        token == "," && depth == 0
    };
    tokens.split(is_comma).collect()
}

/// The path from the root, if it begins with `crate`, `self` or `super`; otherwise unchanged.
fn absolute(path: &[String], module: &[String]) -> ModulePath {
    let mut base = module.to_vec();
    let mut rest = path;
    match rest.first().map(String::as_str) {
        Some("self" | "super") => {
            while let [first, more @ ..] = rest {
                match first.as_str() {
                    "self" => {}
                    "super" => drop(base.pop()),
                    _ => break,
                }
                rest = more;
            }
            [&["crate".to_owned()], &base[..], rest].concat()
        }
        _ => path.to_vec(),
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|character: char| character.is_alphabetic() || character == '_')
}

/// The position of the brace that closes the one at `open`.
fn closing(tokens: &[String], open: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(open) {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return place,
            "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The tokens without items that are only for tests.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        if tokens[place..].iter().take(attribute.len()).eq(attribute.iter()) {
            let item = place + attribute.len();
            let ends = tokens[item..].iter().position(|token| token == ";" || token == "{");
            let end = ends.map_or(tokens.len(), |at| item + at);
            place =
                if tokens.get(end).is_some_and(|token| token == "{") { closing(tokens, end) } else { end }
                    + 1;
        } else {
            kept.push(tokens[place].clone());
            place += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::circles;

    fn shortest(files: &[(&str, &str)]) -> Vec<String> {
        circles(&graph(files)).into_iter().map(|circle| circle.shortest).collect()
    }

    /// The graph of a crate that consists of these files.
    fn graph(files: &[(&str, &str)]) -> Graph {
        let read =
            |wanted: &str| files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| (*text).to_owned());
        Crate::read(&read, "lib.rs").graph()
    }

    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        let graph = graph(files);
        let edges = graph.iter().flat_map(|(file, to)| to.iter().map(move |to| format!("{file} -> {to}")));
        edges.collect()
    }

    #[test]
    fn a_made_up_import_circle_is_found_and_named() {
        let files = [
            ("lib.rs", "mod world; mod apps;"),
            ("world.rs", "use crate::apps::App; pub struct World(App);"),
            ("apps.rs", "use super::world::World; pub struct App(Box<World>);"),
        ];
        assert_eq!(shortest(&files), ["apps.rs -> world.rs -> apps.rs"]);
    }

    #[test]
    fn a_parent_that_calls_its_child_and_a_child_that_uses_its_parent_are_a_circle() {
        let files = [
            ("lib.rs", "mod desk;"),
            ("desk.rs", "mod apps; pub struct Desk; fn page() { apps::section(); }"),
            ("desk/apps.rs", "use super::Desk; pub fn section() {}"),
        ];
        assert_eq!(shortest(&files), ["desk.rs -> desk/apps.rs -> desk.rs"]);
    }

    #[test]
    fn a_name_is_followed_through_a_contents_page_to_the_file_that_defines_it() {
        let files = [
            ("lib.rs", "mod world; mod user; pub use world::Person;"),
            ("world.rs", "mod person; mod file; pub use person::{Person, Role as Part};"),
            ("world/person.rs", "pub struct Person;"),
            ("world/file.rs", "use super::Person; use crate::world::Part; use std::fmt::{self, Debug};"),
            ("user.rs", "fn f() { crate::Person::new(); }"),
        ];
        let expected = [
            "lib.rs -> world/person.rs",
            "user.rs -> world/person.rs",
            "world.rs -> world/person.rs",
            "world/file.rs -> world/person.rs",
        ];
        assert_eq!(edges(&files), expected);
    }

    #[test]
    fn nested_braces_globs_and_modules_themselves_are_imports() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::{b::{self, inner::{X, Y}}, c::*};"),
            ("b.rs", "pub mod inner { pub struct X; pub struct Y; }"),
            ("c.rs", "pub mod d;"),
            ("c/d.rs", "mod inline { use super::super::super::a; }"),
        ];
        assert_eq!(edges(&files), ["a.rs -> b.rs", "a.rs -> c.rs", "c/d.rs -> a.rs"]);
    }

    #[test]
    fn unit_tests_and_other_crates_do_not_count() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use url::Url; use std::b::X; fn f() { Url::parse(); }"),
            (
                "b.rs",
                "use crate::a; #[cfg(test)] mod tests { use super::*; use crate::lib; } #[cfg(test)] use x::y;",
            ),
        ];
        assert_eq!(edges(&files), ["b.rs -> a.rs"]);
    }
}
