//! The settings of an app for this emulator, ready to paste: one text for each language and framework of this project.
//!
//! Ids and secrets are printable ASCII, and redirect URIs have no spaces (`world/apps/check.rs`), so each language needs few
//! escapes.

use crate::http::address::needs_development;
use crate::world::App;

/// A text to paste.
pub(super) struct Ready {
    pub(super) name: &'static str,
    /// The language, framework or file that the text is for.
    pub(super) place: &'static str,
    pub(super) text: String,
}

/// The texts for an app. An app without a secret can only check tokens, which needs only the environment.
pub(super) fn of(app: &App, base_url: &str) -> Vec<Ready> {
    let redirect_uris: Vec<_> = app.redirect_uris().collect();
    let development = redirect_uris.iter().copied().chain([base_url]).any(needs_development);
    let settings = Settings { app, base_url, redirect_uris, development };
    let environment = Ready {
        name: "Environment",
        place: "in a shell, before the app starts: from_env() and fromEnv() read it, and so do FastAPI and the examples",
        text: settings.environment(),
    };
    if app.client_secret().is_none() {
        return vec![environment];
    }
    vec![
        environment,
        Ready { name: "Flask", place: "before CleverSso(app)", text: settings.flask() },
        Ready {
            name: "Django",
            place: "at the end of settings.py; the last line belongs in urls.py",
            text: settings.django(),
        },
        Ready { name: "FastAPI", place: "before clever.install(app)", text: settings.fastapi() },
        Ready { name: "PHP", place: "after the classes are loaded", text: settings.php() },
        Ready { name: "C", place: "before clever_sso_client_new", text: settings.c() },
    ]
}

struct Settings<'a> {
    app: &'a App,
    base_url: &'a str,
    redirect_uris: Vec<&'a str>,
    development: bool,
}

impl Settings<'_> {
    fn secret(&self) -> &str {
        self.app.client_secret().unwrap_or_default()
    }

    /// The variables and their values. Flask and Django have settings with the same names.
    fn variables(&self, redirect_uris: &[&str]) -> Vec<(&'static str, String)> {
        let mut variables = vec![("CLEVER_CLIENT_ID", self.app.client_id().to_owned())];
        if self.app.client_secret().is_some() {
            variables.push(("CLEVER_CLIENT_SECRET", self.secret().to_owned()));
        }
        variables.push(("CLEVER_REDIRECT_URI", redirect_uris.join(" ")));
        variables.push(("CLEVER_BASE_URL", self.base_url.to_owned()));
        variables
    }

    fn environment(&self) -> String {
        let line = |(name, value): (&str, String)| format!("export {name}={}\n", in_shell(&value));
        let development = self.if_development("export CLEVER_DEVELOPMENT=true\n");
        self.variables(&self.redirect_uris).into_iter().map(line).chain([development]).collect()
    }

    fn flask(&self) -> String {
        let line = |(name, value): (&str, String)| format!("    {name}={},\n", in_python(&value));
        let lines: String = self.variables(&self.redirect_uris).into_iter().map(line).collect();
        format!("app.config.update(\n{lines}{})\n", self.if_development("    CLEVER_DEVELOPMENT=True,\n"))
    }

    fn django(&self) -> String {
        let line = |(name, value): (&str, String)| format!("{name} = {}\n", in_python(&value));
        let path = path_of(self.app.primary_redirect_uri());
        // The callback has one path in Django.
        let redirect_uris: Vec<_> =
            self.redirect_uris.iter().copied().filter(|uri| path_of(uri) == path).collect();
        let lines: String = self.variables(&redirect_uris).into_iter().map(line).collect();
        let routes = match path.strip_suffix("callback") {
            Some(folder) => format!(
                "# urls.py: path({}, include(\"clever_sso.django.urls\"))\n",
                in_python(folder.trim_start_matches('/'))
            ),
            None => {
                "# Register a redirect URI that ends in /callback: that is the name of the route in Django.\n"
                    .into()
            }
        };
        format!(
            "INSTALLED_APPS += [\"clever_sso.django\"]\nAUTHENTICATION_BACKENDS = [\"clever_sso.django.CleverBackend\", \
             \"django.contrib.auth.backends.ModelBackend\"]\nLOGIN_URL = \"clever_sso:login\"\n{lines}{}{routes}",
            self.if_development("CLEVER_DEVELOPMENT = True\n")
        )
    }

    fn fastapi(&self) -> String {
        let uris: Vec<_> = self.redirect_uris.iter().map(|uri| in_python(uri)).collect();
        format!(
            "from clever_sso import AsyncClient\nfrom clever_sso.asgi import CleverSso\n\nclever = CleverSso(\n    \
             AsyncClient(\n        client_id={},\n        client_secret={},\n        redirect_uri=[{}],\n        \
             base_url={},\n{}    )\n)\n",
            in_python(self.app.client_id()),
            in_python(self.secret()),
            uris.join(", "),
            in_python(self.base_url),
            self.if_development("        development=True,\n")
        )
    }

    fn php(&self) -> String {
        let uris: Vec<_> = self.redirect_uris.iter().map(|uri| in_php(uri)).collect();
        format!(
            "$client = new CleverSso\\Client(\n    clientId: {},\n    clientSecret: {},\n    redirectUri: [{}],\n    \
             baseUrl: {},\n{});\n$web = new CleverSso\\Web($client, $client->redirectUris[0]);\n",
            in_php(self.app.client_id()),
            in_php(self.secret()),
            uris.join(", "),
            in_php(self.base_url),
            self.if_development("    development: true,\n")
        )
    }

    fn c(&self) -> String {
        let set = |function: &str, value: &str| {
            format!("if (!status) status = clever_sso_config_{function}(config, {value}, &error);\n")
        };
        let uris: String = self.redirect_uris.iter().map(|uri| set("add_redirect_uri", &in_c(uri))).collect();
        format!(
            "clever_sso_error *error = NULL;\nclever_sso_config *config = NULL;\nclever_sso_status status = \
             clever_sso_config_new({}, &config, &error);\n{}{uris}{}{}",
            in_c(self.app.client_id()),
            set("set_client_secret", &in_c(self.secret())),
            set("set_base_url", &in_c(self.base_url)),
            self.if_development(&set("set_development", "true"))
        )
    }

    fn if_development(&self, line: &str) -> String {
        if self.development { line.to_owned() } else { String::new() }
    }
}

fn path_of(uri: &str) -> String {
    url::Url::parse(uri).map(|url| url.path().to_owned()).unwrap_or_default()
}

fn in_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn in_python(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

fn in_php(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// A question mark could be part of a trigraph.
fn in_c(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"").replace('?', "\\?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_has_the_same_value_in_every_language() {
        let text = r#"a'b"c\d$e?f%"#;
        assert_eq!(in_shell(text), r#"'a'\''b"c\d$e?f%'"#);
        assert_eq!(in_python(text), r#""a'b\"c\\d$e?f%""#);
        assert_eq!(in_php(text), r#"'a\'b"c\\d$e?f%'"#);
        assert_eq!(in_c(text), r#""a'b\"c\\d$e\?f%""#);
    }

    #[test]
    fn plain_http_on_another_host_is_declared() {
        let app = App::new("id", "secret", "http://app.test/callback");
        let declared = |ready: &Ready| ready.text.to_lowercase().contains("development");
        assert!(of(&app, "http://127.0.0.1:5999").iter().all(declared));
        let app = App::new("id", "secret", "http://127.0.0.1:5000/callback");
        assert!(!of(&app, "http://127.0.0.1:5999").iter().any(declared));
        assert!(of(&app, "http://clever.test:5999").iter().all(declared));
    }

    #[test]
    fn an_app_without_a_secret_has_the_environment_only() {
        let ready = of(&App::public("id", "http://127.0.0.1:5000/"), "http://127.0.0.1:5999");
        assert_eq!(ready.iter().map(|ready| ready.name).collect::<Vec<_>>(), ["Environment"]);
        assert!(!ready[0].text.contains("SECRET"));
    }
}
