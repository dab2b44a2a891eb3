//! The order of the header: the order of the modules in `src/lib.rs`, with their headings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The start of a comment in `src/lib.rs` that is a heading of the header.
const MARK: &str = "// Header: ";
const WIDTH: usize = 100;

const LAST_MACRO: &str = "#define CLEVER_SSO_VERSION_NUMBER";
const OPENS_C: &str = "#ifdef __cplusplus\nextern \"C\" {\n#endif // __cplusplus\n\n";
const CLOSES_C: &str = "#ifdef __cplusplus\n}";

/// Types come before all functions, because functions in one step take handles of another.
const TYPES: [(&str, Declares); 3] = [
    ("Enumerations. New versions may add values: give each `switch` a `default`.", |code, name| {
        code.starts_with(&format!("enum {name}\n"))
    }),
    ("Handles", |code, name| code == format!("typedef struct {name} {name};")),
    ("Callbacks", |code, name| code.contains(&format!("(*{name})("))),
];

/// Whether some code declares a name.
type Declares = fn(&str, &str) -> bool;

/// A step of a login, such as "Begin a login".
struct Step {
    title: String,
    nouns: Vec<Noun>,
}

/// A module: a handle, or functions without one.
struct Noun {
    title: String,
    /// The names that it declares, in the order of the source.
    names: Vec<String>,
}

/// A declaration from cbindgen, and the comment above it.
#[derive(Debug, PartialEq)]
struct Block<'a> {
    comment: &'a str,
    code: &'a str,
}

/// Orders what cbindgen wrote. `since` has the version in which each function was added; functions that are not in it are `new`.
pub(crate) fn arranged(written: &str, source: &Path, since: &BTreeMap<String, String>, new: &str) -> String {
    let steps = steps(source);
    let nouns = || steps.iter().flat_map(|step| &step.nouns);
    let macros = written.find(LAST_MACRO).unwrap();
    let (opening, rest) = written.split_at(macros + written[macros..].find("\n\n").unwrap() + 2);
    let (types, rest) = rest.split_once(OPENS_C).unwrap();
    let (functions, end) = rest.split_once(CLOSES_C).unwrap();
    let (mut types, mut functions) = (blocks(types), blocks(functions));

    let mut header = opening.to_owned();
    heading(&mut header, '=', "Types");
    for (title, declares) in TYPES {
        heading(&mut header, '-', title);
        for name in nouns().flat_map(|noun| &noun.names) {
            if let Some(Block { comment, code }) = take(&mut types, declares, name) {
                write!(header, "{comment}{code}\n\n").unwrap();
            }
        }
    }
    header.push_str(OPENS_C);
    for step in &steps {
        heading(&mut header, '=', &step.title);
        for noun in &step.nouns {
            if step.nouns.len() > 1 {
                heading(&mut header, '-', &noun.title);
            }
            for name in &noun.names {
                if let Some(Block { comment, code }) = take(&mut functions, is_function, name) {
                    let version = since.get(name).map_or(new, String::as_str);
                    write!(header, "{comment}//\n// Since {version}.\n{code}\n\n").unwrap();
                }
            }
        }
    }
    assert_eq!((types, functions), (Vec::new(), Vec::new()), "no module of src/lib.rs declares them");
    header + CLOSES_C + end
}

fn heading(header: &mut String, line: char, title: &str) {
    let line = line.to_string().repeat(WIDTH - "// ".len());
    write!(header, "// {line}\n// {title}\n// {line}\n\n").unwrap();
}

fn is_function(code: &str, name: &str) -> bool {
    code.split_once(&format!("{name}(")).is_some_and(|(before, _)| before.ends_with([' ', '*']))
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    text.split("\n\n")
        .map(|block| block.trim_matches('\n'))
        .filter(|block| !block.is_empty())
        .map(block)
        .collect()
}

fn block(text: &str) -> Block<'_> {
    let comment = text.split_inclusive('\n').take_while(|line| line.starts_with("//")).map(str::len).sum();
    let (comment, code) = text.split_at(comment);
    Block { comment, code }
}

fn take<'a>(blocks: &mut Vec<Block<'a>>, declares: Declares, name: &str) -> Option<Block<'a>> {
    let place = blocks.iter().position(|block| declares(block.code, name))?;
    Some(blocks.remove(place))
}

fn steps(source: &Path) -> Vec<Step> {
    let library = fs::read_to_string(source.join("lib.rs")).unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for line in library.lines() {
        if let Some(title) = line.strip_prefix(MARK) {
            steps.push(Step { title: title.to_owned(), nouns: Vec::new() });
        } else if let Some(module) = module(line)
            && let Some(step) = steps.last_mut()
        {
            let text = text_of(source, module);
            let title = text.lines().next().unwrap().trim_start_matches("//! ").replace('`', "");
            // The function that frees a handle comes last, also when an inner module follows.
            let (free, names): (Vec<_>, Vec<_>) =
                text.lines().filter_map(declared).partition(|name| name.ends_with("_free"));
            step.nouns.push(Noun { title, names: [names, free].concat() });
        }
    }
    steps
}

fn module(line: &str) -> Option<&str> {
    line.trim().strip_prefix("mod ")?.strip_suffix(';')
}

/// The text of a module and of the modules inside it, in cbindgen's order.
fn text_of(folder: &Path, module: &str) -> String {
    let text = fs::read_to_string(folder.join(format!("{module}.rs"))).unwrap();
    let inner: Vec<_> =
        text.lines().filter_map(self::module).map(|inner| text_of(&folder.join(module), inner)).collect();
    text + &inner.concat()
}

fn declared(line: &str) -> Option<String> {
    let rest = ["pub extern \"C\" fn ", "pub enum ", "pub struct ", "pub type "]
        .iter()
        .find_map(|before| line.strip_prefix(before))?;
    Some(rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap().to_owned())
}
