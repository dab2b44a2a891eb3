//! Generates a call for each function in the C header: the arguments it takes, and where its results go. New functions are fuzzed
//! as soon as they are in the header.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const HEADER: &str = "../include/clever_sso.h";

fn main() {
    println!("cargo::rerun-if-changed={HEADER}");
    println!("cargo::rerun-if-changed=build.rs");
    let header = fs::read_to_string(HEADER).expect("the header can be read");
    let functions = functions(&header);
    assert!(functions.len() > 200, "too few functions were found in the header: {}", functions.len());
    let mut declarations = String::new();
    let mut calls = String::new();
    let mut frees = String::new();
    for function in &functions {
        function.declare(&mut declarations);
        function.call(&mut calls);
        if let (true, Some(parameter)) = (function.name.ends_with("_free"), function.parameters.first()) {
            writeln!(frees, "    (\"{}\", {} as Free),", parameter.base(), function.name)
                .expect("writing to a string succeeds");
        }
    }
    let text = format!(
        "unsafe extern \"C\" {{\n{declarations}}}\n\npub static CALLS: &[Call] = &[\n{calls}];\n\npub static FREES: &[(&str, Free)] = &[\n{frees}];\n"
    );
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("calls.rs"), text).expect("the file can be written");
}

struct Parameter {
    /// The type, as written in the header.
    kind: String,
}

struct Function {
    result: String,
    name: String,
    parameters: Vec<Parameter>,
}

/// The function declarations. Each starts at the beginning of a line and ends with a semicolon.
fn functions(header: &str) -> Vec<Function> {
    let code: Vec<_> = header.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join(" ");
    let mut found = Vec::new();
    for statement in code.split(';') {
        let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((before, after)) = statement.split_once('(') else { continue };
        let Some(parameters) = after.strip_suffix(')') else { continue };
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let (result, name) = before.split_at(start);
        if !name.starts_with("clever_sso_") || before.contains("typedef") {
            continue;
        }
        let result = result.rsplit(['}', '"', '#']).next().unwrap_or_default();
        let parameters = parameters.split(',').map(str::trim).filter(|one| *one != "void");
        let kind = |text: &str| {
            let name = text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
            Parameter { kind: text[..name].replace(' ', "").replace("const", "const ") }
        };
        let result = last_words(result);
        found.push(Function { result, name: name.to_owned(), parameters: parameters.map(kind).collect() });
    }
    found
}

/// The type before a name, at the end of `text`.
fn last_words(text: &str) -> String {
    let words: Vec<_> = text.replace('*', " * ").split_whitespace().map(str::to_owned).collect();
    let stars = words.iter().rev().take_while(|word| *word == "*").count();
    let name = words.len() - stars - 1;
    let is_const = name > 0 && words[name - 1] == "const";
    format!("{}{}{}", if is_const { "const " } else { "" }, words[name], "*".repeat(stars))
}

impl Parameter {
    fn base(&self) -> &str {
        self.kind.trim_start_matches("const ").trim_end_matches('*')
    }

    fn is_handle(&self) -> bool {
        self.base().starts_with("clever_sso_") && self.kind.ends_with('*') && !self.kind.ends_with("**")
    }

    /// The Rust type.
    fn rust(&self) -> &'static str {
        match self.kind.as_str() {
            "const char*" => "*const c_char",
            "char*" => "*mut c_void",
            "char**" => "*mut *mut c_void",
            "size_t" => "usize",
            "bool" => "bool",
            "uint32_t" => "u32",
            "uint64_t" => "u64",
            "int64_t" => "i64",
            "double" => "f64",
            "int64_t*" => "*mut i64",
            "uint16_t*" => "*mut u16",
            "bool*" => "*mut bool",
            "double*" => "*mut f64",
            "void*" => "*mut c_void",
            "clever_sso_log_callback" => "Option<Listener>",
            kind if kind.ends_with("**") => "*mut *mut c_void",
            kind if kind.starts_with("const ") => "*const c_void",
            kind if kind.ends_with('*') => "*mut c_void",
            kind => panic!("a parameter of a new kind: {kind}"),
        }
    }

    /// The code that chooses the argument.
    fn choose(&self, number: usize, frees: bool) -> String {
        let base = self.base();
        match self.kind.as_str() {
            "const char*" => format!("let a{number} = machine.text();"),
            "char*" => format!("let a{number} = machine.take(\"char\");"),
            "size_t" => format!("let a{number} = machine.size();"),
            "bool" => format!("let a{number} = machine.byte() & 1 == 1;"),
            "uint32_t" => format!("let a{number} = u32::from(machine.byte());"),
            "uint64_t" => format!("let a{number} = machine.moment();"),
            "int64_t" => format!("let a{number} = machine.integer();"),
            "double" => format!("let a{number} = machine.fraction();"),
            "int64_t*" | "uint16_t*" | "bool*" | "double*" => {
                format!(
                    "let mut n{number} = Default::default(); let a{number} = machine.number(&mut n{number});"
                )
            }
            "void*" => format!("let a{number} = std::ptr::null_mut();"),
            "clever_sso_log_callback" => format!("let a{number} = machine.listener();"),
            kind if kind.ends_with("**") => {
                format!("let mut o{number} = machine.out(); let a{number} = o{number}.pointer();")
            }
            _ if self.is_handle() && frees => format!("let a{number} = machine.take(\"{base}\");"),
            kind if kind.starts_with("const ") => format!("let a{number} = machine.shared(\"{base}\");"),
            _ => format!("let a{number} = machine.exclusive(\"{base}\");"),
        }
    }
}

impl Function {
    fn declare(&self, text: &mut String) {
        let parameters: Vec<_> = self
            .parameters
            .iter()
            .enumerate()
            .map(|(number, one)| format!("a{number}: {}", one.rust()))
            .collect();
        let result = match self.result.as_str() {
            "void" => String::new(),
            "bool" => " -> bool".into(),
            "size_t" => " -> usize".into(),
            "uint16_t" => " -> u16".into(),
            "int64_t" => " -> i64".into(),
            "double" => " -> f64".into(),
            "const char*" => " -> *const c_char".into(),
            kind if kind.ends_with('*') => " -> *const c_void".into(),
            // Enumerations.
            _ => " -> u32".into(),
        };
        writeln!(text, "    fn {}({}){result};", self.name, parameters.join(", "))
            .expect("writing to a string succeeds");
    }

    fn call(&self, text: &mut String) {
        let frees = self.name.ends_with("_free");
        let chosen: Vec<_> =
            self.parameters.iter().enumerate().map(|(number, one)| one.choose(number, frees)).collect();
        let arguments: Vec<_> = (0..self.parameters.len()).map(|number| format!("a{number}")).collect();
        let outs = self.parameters.iter().enumerate().filter(|(_, one)| one.kind.ends_with("**"));
        let (mut given, mut error) = (Vec::new(), "None".to_owned());
        for (number, one) in outs {
            if one.base() == "clever_sso_error" {
                error = format!("Some(o{number})");
            } else {
                given.push(format!("(\"{}\", o{number})", one.base()));
            }
        }
        let owner = self.parameters.iter().position(Parameter::is_handle);
        let owner = owner.map_or("std::ptr::null()".to_owned(), |number| format!("a{number}.cast_const()"));
        let owner = if owner.contains("cast_const")
            && self
                .parameters
                .iter()
                .find(|one| one.is_handle())
                .is_some_and(|one| one.kind.starts_with("const "))
        {
            owner.replace(".cast_const()", "")
        } else {
            owner
        };
        let then = match self.result.as_str() {
            "clever_sso_status" => format!("machine.given(result, &[{}], {error});", given.join(", ")),
            "const char*" => "machine.said(result);".to_owned(),
            kind if kind.ends_with('*') => {
                let base = kind.trim_start_matches("const ").trim_end_matches('*');
                format!("machine.lent(\"{base}\", result, {owner});")
            }
            _ => "let _ = result;".to_owned(),
        };
        writeln!(
            text,
            "    Call {{ name: \"{name}\", call: |machine| {{ let _ = &machine; {chosen} let result = unsafe {{ {name}({arguments}) }}; {then} }} }},",
            name = self.name,
            chosen = chosen.join(" "),
            arguments = arguments.join(", "),
        )
        .expect("writing to a string succeeds");
    }
}
