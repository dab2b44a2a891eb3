use super::*;

fn read(text: &str) -> Option<Object> {
    Object::read(text.as_bytes().to_vec())
}

#[test]
fn an_object_is_read_whole() {
    let text =
        r#" {"a":[1,-2,0.5,null,true,"\u00e9"],"b":{"c":{}},"d":"é","\u0065":"\n","f":7,"g":-7,"h":null} "#;
    let object = read(text).unwrap();
    assert_eq!(Value::Object(object.to_map()), serde_json::from_str::<Value>(text).unwrap());
    assert_eq!((object.text("d"), object.text("e"), object.text("f")), (Some("é"), Some("\n"), None));
    assert_eq!((object.whole("f"), object.whole("g"), object.whole("d")), (Some(7), None, None));
    assert!(object.has("h") && !object.has("i"));
}

#[test]
fn repeated_members_are_refused_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"\u0061":1,"a":2}"#,
        r#"{"b":{"a":1,"\u0061":2}}"#,
        r#"{"b":[{"a":1,"a":2}]}"#,
    ] {
        assert!(read(text).is_none(), "{text}");
        assert!(Object::read_signed(text.into()).is_none(), "{text}");
    }
}

#[test]
fn a_repeated_member_is_found_among_many_by_its_hash_and_among_few_by_comparison() {
    for count in [1, 15, 16, 17, 18, 3000] {
        let members: Vec<_> = (0..count).map(|number| format!("\"\\u0061{number}\":{number}")).collect();
        let object = read(&format!("{{{}}}", members.join(","))).unwrap();
        assert_eq!(object.whole(&format!("a{}", count - 1)), Some(count - 1));
        for again in ["a0".to_owned(), format!("\\u0061{}", count - 1)] {
            assert!(read(&format!("{{{},\"{again}\":0}}", members.join(","))).is_none(), "{count} {again}");
        }
    }
}

#[test]
fn values_of_a_signed_document_are_mended_and_its_structure_is_not() {
    let signed = |text: &str| Object::read_signed(text.as_bytes().to_vec());
    let object = signed(r#"{"name":"Ada \ud83d","deep":{"grade":1e999},"sub":"1"}"#).unwrap();
    assert_eq!((object.text("name"), object.text("sub")), (Some("Ada \u{fffd}"), Some("1")));
    assert_eq!(object.value("deep"), Some(serde_json::json!({ "grade": null })));
    assert_eq!(object.as_text(), "{\"name\":\"Ada \u{fffd}\",\"deep\":{\"grade\":null},\"sub\":\"1\"}");
    for text in [
        "\u{feff}{}",
        "{\"a\":\"\t\"}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":1,}",
        "[]",
        "{\"a\":\"\\ud83d\",\"b\":1,\"b\":2}",
        "{\"\\ud83d\":1,\"\\ud83e\":2}",
        "{\"a\":\"\\ud83d\"} x",
    ] {
        assert!(signed(text).is_none(), "{text}");
    }
    assert!(Object::read_signed(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']).is_none());
    assert!(read(r#"{"kid":"\ud83d"}"#).is_none(), "nothing is mended before the signature is checked");
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

#[test]
fn what_is_not_one_object_is_refused() {
    for text in
        ["", "null", "[]", "\"{}\"", "{}{}", "{} x", "{\"a\":1,}", "\u{feff}{}", "{\"a\":1e999}", "{'a':1}"]
    {
        assert!(read(text).is_none(), "{text}");
    }
    assert!(Object::read(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']).is_none());
    assert!(read(&"[".repeat(100_000)).is_none());
    assert!(read(&format!("{{\"a\":{}", "[".repeat(100_000))).is_none());
}
