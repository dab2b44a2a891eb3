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
