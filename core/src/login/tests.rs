//! A browser that begins and finishes logins, for all tests of the journey.

use std::collections::BTreeMap;

use super::*;
use url::Url;

mod begin;
mod callback;
mod goals;
mod lost_sessions;
mod restarts;
mod returns;
mod tabs;

const REDIRECT: &str = "https://app.example/cb";
const SECOND: &str = "https://app.example/second";

fn journey() -> Journey {
    let config = Config::builder("client")
        .client_secret("secret")
        .redirect_uri(REDIRECT)
        .redirect_uri(SECOND)
        .return_to_origin("https://other.example")
        .build();
    Journey::new(config.unwrap()).unwrap()
}

fn at(now: u64) -> Inputs {
    Inputs { now, ..Inputs::now().unwrap() }
}

fn state_of(login: &Login) -> String {
    let url = Url::parse(&login.url).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

fn back(login: &Login) -> String {
    format!("{REDIRECT}?code=abc&scope=x&state={}", state_of(login))
}

fn going_to(return_to: &str) -> LoginOptions {
    LoginOptions { return_to: Some(return_to.to_owned()), ..LoginOptions::default() }
}

/// A browser that stores cookies as the responses say. All of its tabs share them.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn header(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn obey(&mut self, cookies: &[SetCookie]) {
        for cookie in cookies {
            if cookie.max_age() == 0 {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }

    fn logins(&self) -> usize {
        self.cookies.keys().filter(|name| name.starts_with("__Host-clever_login_")).count()
    }

    fn begin(&mut self, journey: &Journey, options: LoginOptions, now: u64) -> Result<Login> {
        let begun = journey.begin(
            ResponseType::Code,
            &LoginOptions { cookies: Some(self.header()), ..options },
            &at(now),
        );
        self.obey(match &begun {
            Ok(login) => &login.set_cookies,
            Err(error) => error.set_cookies(),
        });
        begun
    }

    /// Opens the callback. If the login exchanges its code, the exchange succeeds.
    fn arrive(&mut self, journey: &Journey, callback: &str, now: u64) -> Result<Arrival> {
        let arrival = journey.arrive(ResponseType::Code, callback, Kept::Cookies(&self.header()), &at(now));
        self.obey(match &arrival {
            Ok(Arrival::Exchange(exchange)) => &exchange.when_signed_in,
            Ok(Arrival::Finished(outcome)) => outcome.set_cookies(),
            Err(error) => error.set_cookies(),
        });
        arrival
    }
}

fn goal(arrival: Result<Arrival>) -> Option<String> {
    match arrival {
        Ok(Arrival::Exchange(exchange)) => exchange.return_to,
        Ok(Arrival::Finished(other)) => panic!("{other:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn restart(arrival: Result<Arrival>) -> Restart {
    match arrival {
        Ok(Arrival::Finished(Outcome::Restart(restart))) => restart,
        Ok(Arrival::Exchange(_)) => panic!("the code would be used"),
        Ok(Arrival::Finished(other)) => panic!("{other:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn error(arrival: Result<Arrival>) -> ErrorCode {
    arrival.err().unwrap().code()
}
