use super::*;

fn read(text: &str) -> Option<Object> {
    Object::read(text.as_bytes().to_vec(), &["sub", "alg"]).ok()
}

fn why(text: &str) -> String {
    Object::read(text.as_bytes().to_vec(), &["sub", "alg"]).unwrap_err().to_string()
}

#[test]
fn all_members_of_an_object_are_read() {
    let text =
        r#" {"a":[1,-2,0.5,null,true,"\u00e9"],"b":{"c":{}},"d":"é","\u0065":"\n","f":7,"g":-7,"h":null} "#;
    let object = read(text).unwrap();
    assert_eq!(Value::Object(object.to_map()), serde_json::from_str::<Value>(text).unwrap());
    assert_eq!((object.text("d"), object.text("e"), object.text("f")), (Some("é"), Some("\n"), None));
    assert_eq!((object.whole("f"), object.whole("g"), object.whole("d")), (Some(7), None, None));
    assert!(object.has("h") && !object.has("i"));
}

#[test]
fn a_repeated_deciding_member_is_refused_with_any_values() {
    for (text, name) in [
        (r#"{"sub":"1","sub":"1"}"#, "sub"),
        (r#"{"sub":"1","a":1,"\u0073ub":"2"}"#, "sub"),
        (r#"{"\u0073ub":1,"sub":null,"a":1,"a":2}"#, "sub"),
        (r#"{"alg":"RS256","x":"\ud83d","alg":"none"}"#, "alg"),
    ] {
        assert_eq!(why(text), format!("ambiguous: {name} appears more than once"), "{text}");
    }
}

#[test]
fn a_repeated_member_that_only_describes_is_removed_at_any_depth() {
    for (text, left) in [
        (r#"{"z":1,"a":1,"sub":"1","a":1}"#, r#"{"sub":"1","z":1}"#),
        (r#"{"a":1,"\u0061":2,"a":3}"#, "{}"),
        (r#"{"\ud83d":1,"\ud83e":2,"b":3}"#, r#"{"b":3}"#),
        (r#"{"b":{"a":1,"\u0061":2,"c":3}}"#, r#"{"b":{"c":3}}"#),
        (r#"{"b":[{"a":1,"a":2}],"d":{"sub":1,"sub":2}}"#, r#"{"b":[{}],"d":{}}"#),
        (r#"{"n":"\ud83d","d":1e999,"t":"\n","a":1,"a":2}"#, "{\"d\":null,\"n\":\"\u{fffd}\",\"t\":\"\\n\"}"),
    ] {
        assert_eq!(read(text).unwrap().as_text(), left, "{text}");
    }
}

#[test]
fn a_repeated_member_is_found_among_many_by_its_hash_and_among_few_by_comparison() {
    for count in [1, 15, 16, 17, 18, 3000] {
        let members: Vec<_> = (0..count).map(|number| format!("\"\\u0061{number}\":{number}")).collect();
        let object = read(&format!("{{{}}}", members.join(","))).unwrap();
        assert_eq!(object.whole(&format!("a{}", count - 1)), Some(count - 1));
        for again in ["a0".to_owned(), format!("\\u0061{}", count - 1)] {
            let object = read(&format!("{{{},\"{again}\":0}}", members.join(","))).unwrap();
            let left = usize::try_from(count).unwrap() - 1;
            assert_eq!((object.iter().count(), object.has(&again.replace("\\u0061", "a"))), (left, false));
        }
    }
}

#[test]
fn values_of_a_signed_document_are_repaired_and_its_structure_is_not() {
    let object = read(r#"{"name":"Ada \ud83d","deep":{"grade":1e999},"sub":"1"}"#).unwrap();
    assert_eq!((object.text("name"), object.text("sub")), (Some("Ada \u{fffd}"), Some("1")));
    assert_eq!(object.value("deep"), Some(serde_json::json!({ "grade": null })));
    assert_eq!(object.as_text(), "{\"name\":\"Ada \u{fffd}\",\"deep\":{\"grade\":null},\"sub\":\"1\"}");
    for depth in [63, 64, 127, 128, 10_000] {
        for (open, close) in [("[", "]"), ("{\"x\":", "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let object = read(&format!("{{\"a\":{deep},\"sub\":\"1\"}}")).unwrap();
            assert!(object.has("a") && object.text("sub") == Some("1"), "{depth} {open}");
            let kept = object.as_text().matches(open).count();
            let rest = if depth > 63 { "null" } else { "1" };
            assert!(object.as_text().contains(&format!("{open}{rest}{close}")), "{depth} {kept} {open}");
            assert_eq!(lenient(object.as_text().as_bytes()).unwrap()["a"], object.value("a").unwrap());
        }
    }
}

#[test]
fn invalid_json_and_invalid_utf_8_are_refused_without_quoting_them() {
    for (text, line_and_column) in [
        ("", "line 1, column 0"),
        ("null", "line 1, column"),
        ("[]", "line 1, column"),
        ("\"hunter2\"", "line 1, column"),
        ("{}{}", "line 1, column 3"),
        ("{}\n x", "line 2, column 2"),
        ("{\"a\":\"hunter2\t\"}", "line 1, column 14"),
        ("{\"a\":\"hunter2\n\"}", "line 2, column 0"),
        ("{\"a\":NaN}", "line 1, column"),
        ("{\"a\":01}", "line 1, column"),
        ("{\"a\":1,}", "line 1, column"),
        ("{\"a\":1 /*x*/}", "line 1, column"),
        ("{'a':1}", "line 1, column"),
        ("{\"a\":\"\\ud83d\"} x", "line 1, column"),
        ("\u{feff}{}", "line 1, column"),
        ("{\"a\":1,\"a\":1,}", "line 1, column"),
    ] {
        let why = why(text);
        assert!(
            why.starts_with("not one JSON object (line ") && why.contains(line_and_column),
            "{text} {why}"
        );
        assert!(!why.contains("hunter2"), "{why}");
    }
    let bytes = |bytes: &[u8]| Object::read(bytes.to_vec(), &[]).unwrap_err();
    assert_eq!(bytes(b"{\"a\":\"Jos\xe9\"}"), Unreadable::NotUtf8);
    assert_eq!(bytes(b"\xff\xfe{\0}\0"), Unreadable::NotUtf8);
    for open in ["[", "{\"a\":", "{\"a\":["] {
        assert!(read(&open.repeat(100_000)).is_none(), "{open}");
    }
}

#[test]
fn one_byte_order_mark_is_removed() {
    for (bytes, left) in [("\u{feff}{}", "{}"), ("{}", "{}"), ("\u{feff}\u{feff}{}", "\u{feff}{}"), ("", "")]
    {
        assert_eq!(without_mark_owned(bytes.into()), left.as_bytes());
    }
}

#[test]
fn json_that_only_describes_is_read_leniently() {
    let read = |text: &str| lenient(text.as_bytes()).unwrap();
    assert_eq!(read("\u{feff}{\"a\":1}"), serde_json::json!({ "a": 1 }));
    assert_eq!(
        read(r#"{"a":"\ud83d","b":NaN,"c":[1e999]}"#),
        serde_json::json!({ "a": "\u{fffd}", "b": null, "c": [null] })
    );
    assert_eq!(lenient(b"{\"a\":\"\xff\"}").unwrap(), serde_json::json!({ "a": "\u{fffd}" }));
    assert_eq!(
        read(r#"{"a":1,"b":2,"a":1,"c":{"d":1,"d":{},"d":2}}"#),
        serde_json::json!({ "b": 2, "c": {} })
    );
    let deep = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read(&deep)["b"], 1);
    for text in
        ["", "{", "{}{}", "{} x", "<html>", "{'a':1}", "{\"a\":undefined}", "\u{feff}\u{feff}{}", "{\"a\" 1}"]
    {
        assert!(lenient(text.as_bytes()).is_err(), "{text}");
    }
}
