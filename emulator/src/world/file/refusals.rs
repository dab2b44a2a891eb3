//! Every mistake in the text of a world is reported with its line and the reason.

use crate::world::World;

const WORLD: &str = r#"[[district]]
id = "aaaaaaaaaaaaaaaaaaaaaaa1"
name = "One"

[[district]]
id = "aaaaaaaaaaaaaaaaaaaaaaa2"
name = "Two"

[[school]]
id = "bbbbbbbbbbbbbbbbbbbbbbb1"
name = "School"
district = "aaaaaaaaaaaaaaaaaaaaaaa1"

[[app]]
client_id = "app"
client_secret = "hidden"
redirect_uris = [
    "https://app.example/",
    "https://app.example/further",
]
oidc = true

[[person]]
handle = "ada"
id = "ccccccccccccccccccccccc1"
number = "1"
given_name = "Ada"
family_name = "Ashworth"
district = "aaaaaaaaaaaaaaaaaaaaaaa1"
roles = [
    { user_type = "student", schools = ["bbbbbbbbbbbbbbbbbbbbbbb1"] },
]

[[person]]
handle = "lou"
id = "ccccccccccccccccccccccc2"
number = "2"
given_name = "Lou"
family_name = "Bennett"
roles = [{ user_type = "teacher" }]
"#;

/// Replaces the first `old` in the text with `new`, and checks that the world is refused in this line for this reason.
#[track_caller]
fn refused(old: &str, new: &str, line: usize, reason: &str) {
    assert!(WORLD.contains(old), "{old}");
    let error = World::from_toml(&WORLD.replacen(old, new, 1)).unwrap_err();
    assert!(error.reason().contains(reason), "{error}");
    assert_eq!(error.line(), Some(line), "{error}");
    let told = error.to_string();
    assert!(told.lines().count() == 1 && !told.contains("hidden"), "{told}");
}

#[test]
fn the_base_text_of_these_tests_is_a_valid_world() {
    let world = World::from_toml(WORLD).unwrap();
    assert_eq!((world.districts().len(), world.schools().len(), world.people().len()), (2, 1, 2));
    let app = world.apps().first().unwrap();
    assert_eq!(app.redirect_uris().count(), 2);
    assert!(app.is_oidc() && !app.is_library());
    assert_eq!((app.name(), world.districts()[0].short_name.as_str()), ("app", "aaaaaaaaaaaaaaaaaaaaaaa1"));
    assert_eq!(world.districts()[0].login_methods.len(), 3);
}

#[test]
fn a_text_that_is_not_toml_is_refused() {
    refused("name = \"One\"", "name = \"One", 3, "basic string");
    refused("[[school]]", "[[school]", 9, "unclosed");
    refused("number = \"1\"", "number = \"1\"\nnumber = \"3\"", 27, "duplicate key");
}

#[test]
fn the_error_for_a_misspelled_member_names_the_most_similar_one() {
    for (old, new, line, meant) in [
        ("[[person]]", "[[persons]]", 23, "person"),
        ("name = \"One\"", "Name = \"One\"", 3, "name"),
        ("district = ", "distrct = ", 12, "district"),
        ("redirect_uris", "redirect_uri", 17, "redirect_uris"),
        ("given_name", "given_nmae", 27, "given_name"),
        ("user_type", "user_tpye", 31, "user_type"),
    ] {
        refused(old, new, line, &format!(". Did you mean `{meant}`?"));
    }
    let error = World::from_toml(&WORLD.replacen("oidc = true", "unlike_any = true", 1)).unwrap_err();
    assert!(!error.reason().contains("Did you mean"), "{error}");
}

#[test]
fn an_unknown_member_or_table_is_refused() {
    refused("handle = \"ada\"", "handel = \"ada\"", 24, "unknown field `handel`, expected one of `handle`");
    refused("oidc = true", "odic = true", 21, "unknown field `odic`");
    refused("[[school]]", "[[schools]]", 9, "unknown field `schools`");
    refused("{ user_type = \"teacher\" }", "{ user_type = \"teacher\", school = \"x\" }", 40, "`school`");
}

#[test]
fn a_missing_member_is_refused() {
    refused("id = \"ccccccccccccccccccccccc1\"\n", "", 23, "missing field `id`");
    refused("handle = \"lou\"\n", "", 34, "missing field `handle`");
    refused("client_id = \"app\"\n", "", 14, "missing field `client_id`");
    refused("{ user_type = \"teacher\" }", "{}", 40, "missing field `user_type`");
}

#[test]
fn a_member_of_another_type_is_refused() {
    refused("number = \"2\"", "number = 2", 37, "expected a string");
    refused("oidc = true", "oidc = \"yes\"", 21, "invalid type: string, expected a boolean.");
}

#[test]
fn an_error_never_repeats_a_value_of_a_wrong_type_that_may_be_a_secret() {
    let members = [
        "client_id = \"app\"",
        "client_secret = \"hidden\"",
        "redirect_uris = [\n    \"https://app.example/\",\n    \"https://app.example/further\",\n]",
        "oidc = true",
        "handle = \"ada\"",
        "number = \"1\"",
        "roles = [{ user_type = \"teacher\" }]",
    ];
    let values = [
        "\"hidden\"",
        "48151623",
        "-48151623",
        "4.8151623",
        "1948-01-05",
        "[\"hidden\"]",
        "[48151623]",
        "[[48151623]]",
        "{ hidden = \"hidden\" }",
        "hidden",
        "\"hidden",
        "'''hidden",
        "48151623481516234815162342",
        "0x48151623G",
    ];
    for member in members {
        let name = member.split(' ').next().unwrap();
        for value in values {
            let text = WORLD.replacen(member, &format!("{name} = {value}"), 1);
            let Err(error) = World::from_toml(&text) else { continue };
            let told = format!("{error} {error:?}");
            // The names of people and apps are not secret.
            let is_name = ["client_id", "handle", "number"].contains(&name) && !value.contains(['[', '{'])
                || (name, value) == ("redirect_uris", "[48151623]");
            for secret in ["hidden", "48151623", "8151623", "1948"] {
                // The error repeats the name of the unknown member.
                let is_member = value.starts_with('{') && error.reason().contains("unknown field");
                assert!(is_name || is_member || !told.contains(secret), "{name} = {value}: {told}");
            }
        }
    }
    for table in ["app", "person", "district"] {
        for value in
            ["\"id:hidden:https://app.example/\"", "[\"id:hidden:https://app.example/\"]", "48151623"]
        {
            let error = World::from_toml(&format!("{table} = {value}\n")).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(!told.contains("hidden") && !told.contains("48151623"), "{told}");
            assert!(error.reason().contains("expected"), "{told}");
        }
    }
    let further = "\"https://app.example/further\"";
    refused(further, "\"app:hidden:https://app.example/\"", 19, "a redirect URI must be an absolute");
}

#[test]
fn a_repeated_id_is_refused() {
    refused("aaaaaaa2", "aaaaaaa1", 6, "the district id \"aaaaaaaaaaaaaaaaaaaaaaa1\" is used twice");
    refused("ccccccc2", "ccccccc1", 36, "line 25 has it too");
    let second = "[[school]]\nid = \"bbbbbbbbbbbbbbbbbbbbbbb1\"\nname = \"x\"\ndistrict = \"aaaaaaaaaaaaaaaaaaaaaaa1\"\n";
    refused("[[app]]", &format!("{second}\n[[app]]"), 15, "the school id");
    let second = "[[app]]\nclient_id = \"app\"\nredirect_uris = [\"https://app.example/\"]\n";
    refused("[[person]]", &format!("{second}\n[[person]]"), 24, "the client id \"app\" is used twice");
}

#[test]
fn a_repeated_handle_or_number_is_refused() {
    refused(
        "handle = \"lou\"",
        "handle = \"ada\"",
        35,
        "the handle \"ada\" is used twice; line 24 has it too",
    );
    refused("number = \"2\"", "number = \"1\"", 37, "the number \"1\" is used twice");
    refused("number = \"2\"", "number = \"ada\"", 37, "the number \"ada\" is used twice");
}

#[test]
fn a_handle_or_number_that_cannot_be_typed_is_refused() {
    refused("handle = \"ada\"", "handle = \"\"", 24, "a word without spaces");
    refused("number = \"1\"", "number = \"1 2\"", 26, "a word without spaces");
    refused("handle = \"ada\"", "handle = \"a\\u001Bda\"", 24, "a word without spaces");
}

#[test]
fn an_id_in_another_form_than_clevers_is_refused() {
    refused("aaaaaaaaaaaaaaaaaaaaaaa2", "two", 6, "24 of the digits");
    refused("ccccccccccccccccccccccc1", "CCCCCCCCCCCCCCCCCCCCCCC1", 25, "24 of the digits");
    refused(
        "{ user_type = \"teacher\" }",
        "{ user_type = \"teacher\", legacy_id = \"x\" }",
        40,
        "24 of the digits",
    );
}

#[test]
fn an_unknown_role_school_or_district_is_refused() {
    refused(
        "\"teacher\"",
        "\"techer\"",
        40,
        "there is no role \"techer\"; the roles are student, teacher, staff",
    );
    refused("[\"bbbbbbbbbbbbbbbbbbbbbbb1\"]", "[\"bbbbbbbbbbbbbbbbbbbbbbb9\"]", 31, "there is no school");
    let belongs = "family_name = \"Ashworth\"\ndistrict = \"aaaaaaaaaaaaaaaaaaaaaaa1\"";
    refused(belongs, &belongs.replace("a1", "a9"), 29, "the districts are aaaaaaaaaaaaaaaaaaaaaaa1, aaaa");
    let school = "name = \"School\"\ndistrict = \"aaaaaaaaaaaaaaaaaaaaaaa1\"";
    refused(school, &school.replace("a1", "a9"), 12, "there is no district");
}

#[test]
fn a_member_that_a_role_does_not_have_is_refused() {
    let teacher = "{ user_type = \"teacher\" }";
    for member in ["grade = \"9\"", "dob = \"9/30/2010\"", "gender = \"F\""] {
        let reason = format!("the role \"teacher\" has no {}.", member.split(' ').next().unwrap());
        refused(teacher, &format!("{{ user_type = \"teacher\", {member} }}"), 40, &reason);
    }
    let titled = "user_type = \"student\", title = \"Captain\"";
    refused("user_type = \"student\"", titled, 31, "the role \"student\" has no title.");
    let contact = "{ user_type = \"contact\", title = \"Captain\" }";
    refused(teacher, contact, 40, "the role \"contact\" has no title.");
}

#[test]
fn an_invalid_grade_gender_or_day_of_birth_is_refused() {
    let student = |member: &str| format!("user_type = \"student\", {member}");
    let old = "user_type = \"student\"";
    refused(old, &student("grade = \"ninth\""), 31, "there is no grade \"ninth\"; use one of InfantToddler,");
    refused(old, &student("gender = \"\""), 31, "there is no gender \"\"; use one of M, F, X.");
    for day in [
        "2010-09-30",
        "30/9/2010",
        "9/30/10",
        "0/1/2010",
        "9/32/2010",
        "+9/30/2010",
        "9/30",
        "9/30/2010/1",
        "",
    ] {
        refused(old, &student(&format!("dob = {day:?}")), 31, "is not a day such as");
    }
}

#[test]
fn impossible_grades_of_a_school_are_refused() {
    let school = "name = \"School\"\n";
    let with = |grades: &str| format!("{school}grades = {grades}\n");
    refused(school, &with("[\"9\", \"Ungraded\"]"), 12, "there is no grade of a school \"Ungraded\"");
    refused(school, &with("[\"9\", \"8\"]"), 12, "must not be the later one");
    refused(school, &with("[\"9\"]"), 12, "invalid length 1");
}

#[test]
fn a_school_of_another_district_is_refused() {
    let belongs = "family_name = \"Ashworth\"\ndistrict = \"aaaaaaaaaaaaaaaaaaaaaaa1\"";
    refused(
        belongs,
        &belongs.replace("a1", "a2"),
        31,
        "belongs to the district \"aaaaaaaaaaaaaaaaaaaaaaa1\"",
    );
    let library = "{ user_type = \"teacher\", schools = [\"bbbbbbbbbbbbbbbbbbbbbbb1\"] }";
    refused("{ user_type = \"teacher\" }", library, 40, "but this person does not");
}

#[test]
fn a_person_without_a_role_or_with_a_repeated_role_is_refused() {
    refused("[{ user_type = \"teacher\" }]", "[]", 40, "a person without a role");
    let twice = "[{ user_type = \"teacher\" }, { user_type = \"teacher\" }]";
    refused("[{ user_type = \"teacher\" }]", twice, 40, "the role \"teacher\" is used twice");
}

#[test]
fn a_world_without_people_is_refused() {
    for text in ["", "\n\n", "[[district]]\nid = \"aaaaaaaaaaaaaaaaaaaaaaa1\"\nname = \"One\"\n"] {
        let error = World::from_toml(text).unwrap_err();
        assert!(error.line() == Some(1) && error.reason().contains("no people"), "{error}");
    }
}

#[test]
fn an_invalid_redirect_uri_is_refused() {
    let further = "\"https://app.example/further\"";
    for wrong in ["nowhere", "", "myapp://x", "https://app.example/#x", "https://app.example/ x"] {
        refused(further, &format!("{wrong:?}"), 19, "must be an absolute http or https URL");
    }
    let none = "redirect_uris = [\n    \"https://app.example/\",\n    \"https://app.example/further\",\n]";
    refused(none, "redirect_uris = []", 17, "at least one redirect URI");
}

#[test]
fn an_impossible_app_is_refused() {
    refused("client_id = \"app\"", "client_id = \"äpp\"", 15, "printable ASCII");
    refused("client_secret = \"hidden\"\n", "", 15, "cannot be an OpenID Connect app without a secret");
    refused("\"hidden\"", "\"hidd\u{e9}n\"", 15, "the secret of the app \"app\" must be printable ASCII");
    let http = "\"http://app.example/further\",\n]\nproduction = true";
    refused("\"https://app.example/further\",\n]", http, 19, "must be https");
    let shared = "library = true\ndistricts = [\"aaaaaaaaaaaaaaaaaaaaaaa1\"]";
    refused("oidc = true", shared, 15, "is one of Clever Library and cannot be shared");
}

#[test]
fn an_unreadable_name_of_an_app_is_refused() {
    for wrong in ["", "  ", "Word\\nGarden"] {
        let named = format!("oidc = true\nname = \"{wrong}\"");
        refused("oidc = true", &named, 22, "the name of the app \"app\" must be one line");
    }
}

#[test]
fn an_invalid_short_name_of_a_district_is_refused() {
    let district = |member: &str| format!("name = \"Two\"\n{member}");
    for (short_name, reason) in [
        ("Two", "the letters a to z, digits and hyphens"),
        ("in/two", "the letters a to z, digits and hyphens"),
        ("a-name-that-is-far-too-long-to-type", "at most 30"),
        ("two words", "a word without spaces"),
        ("", "a word without spaces"),
        ("library", "belongs to Clever Library"),
        ("aaaaaaaaaaaaaaaaaaaaaaa1", "is used twice; line 2 has it too"),
    ] {
        refused("name = \"Two\"", &district(&format!("short_name = {short_name:?}")), 8, reason);
    }
}

#[test]
fn invalid_login_methods_of_a_district_are_refused() {
    for (member, reason) in [
        ("login_methods = []", "no one could sign in"),
        ("login_methods = [\"pin\"]", "they are identity_provider, password, badge"),
        ("login_methods = [\"badge\", \"badge\"]", "the login method \"badge\" is used twice"),
        ("identity_provider = \" \"", "the name of an identity provider"),
        ("sandbox = \"yes\"", "expected a boolean"),
    ] {
        refused("name = \"Two\"", &format!("name = \"Two\"\n{member}"), 8, reason);
    }
}

#[test]
fn an_app_for_unknown_users_or_districts_is_refused() {
    refused(
        "oidc = true",
        "oidc = true\nuser_types = [\n    \"staff\",\n    \"pupil\",\n]",
        24,
        "no role \"pupil\"",
    );
    refused("oidc = true", "districts = [\"aaaaaaaaaaaaaaaaaaaaaaa9\"]", 21, "there is no district");
}

#[test]
fn an_error_names_the_file_and_the_line() {
    let path = std::env::temp_dir().join(format!("clever-emulator-refusal-{}.toml", std::process::id()));
    std::fs::write(&path, "[[person]]\nhandel = \"x\"\n").unwrap();
    let error = World::from_file(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(error.to_string().starts_with(&format!("{}:2: unknown field", path.display())), "{error}");
    let error = World::from_file(&path).unwrap_err();
    assert!(error.line().is_none() && error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn a_file_that_is_too_large_or_never_ends_is_not_read_to_its_end() {
    let path = std::env::temp_dir().join(format!("clever-emulator-large-{}.toml", std::process::id()));
    let text = World::built_in_toml();
    // A comment fills the file, with half a letter where reading stops.
    let filled = |bytes: usize| format!("{text}\n#{}{}", " ".repeat(bytes - text.len() - 4), "é");
    std::fs::write(&path, filled(super::LARGEST)).unwrap();
    let largest = World::from_file(&path);
    std::fs::write(&path, filled(super::LARGEST + 2)).unwrap();
    let larger = World::from_file(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(largest.unwrap(), World::built_in());
    let said = format!("{}: the file is larger than 8 MiB.", path.display());
    assert_eq!(larger.unwrap_err().to_string(), said);
    #[cfg(unix)]
    assert!(World::from_file("/dev/zero").unwrap_err().to_string().contains("larger than 8 MiB"));
}
