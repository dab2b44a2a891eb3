//! The style of the pages, light and dark.

use std::fmt::Write as _;

use crate::world::COLORS;

/// The style sheet of every page.
pub(super) fn style() -> String {
    let colors = COLORS.iter().enumerate();
    colors.fold(STYLE.to_owned(), |mut style, (index, color)| {
        let _ = writeln!(style, ".icon-{index} {{ background: {color}; }}");
        style
    })
}

const STYLE: &str = "
:root {
  color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
  --paper: #f3f5f7; --card: #fff; --ink: #1b1f24; --soft: #4a5360; --line: #d3d8de; --edge: #6b7480;
  --accent: #1d4f8f; --on-accent: #fff; --focus: #a35200; --alert: #8c1d10; --alert-paper: #fdecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1e2329; --ink: #eceff3; --soft: #b3bcc8; --line: #3a424c; --edge: #8b96a5;
    --accent: #9cc4ff; --on-accent: #0b1c33; --focus: #ffb454; --alert: #ffb4a8; --alert-paper: #3b1a15;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
header { padding: .5rem 1rem; background: #5a3e00; color: #fff; font-size: .875rem; text-align: center; }
main {
  max-width: 32rem; margin: 0 auto; padding: 1.25rem 1.25rem 2rem;
  background: var(--card); border: 1px solid var(--line); border-width: 0 0 1px;
}
@media (min-width: 36rem) { main { margin: 2rem auto; padding: 2rem; border-width: 1px; border-radius: .75rem; } }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input, select, textarea, button, .button { font: inherit; min-height: 2.75rem; border-radius: .375rem; border: 1px solid var(--edge); }
input + .hint, textarea + .hint, .row + .hint { margin-top: .375rem; }
input, select, textarea { width: 100%; padding: .5rem .75rem; background: var(--card); color: var(--ink); }
textarea { font-family: ui-monospace, monospace; resize: vertical; }
button, .button {
  display: inline-block; padding: .5rem 1rem; background: var(--card); color: var(--ink); cursor: pointer;
  text-decoration: none; text-align: center;
}
button:hover, .button:hover, .app:hover { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.block { display: block; width: 100%; margin: .75rem 0 0; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
ul { list-style: none; margin: 0; padding: 0; }
li button { width: 100%; margin: .5rem 0 0; text-align: start; }
small { display: block; color: var(--soft); font-size: .875rem; font-weight: 400; }
.hint { color: var(--soft); font-size: .9rem; }
.alert { padding: .75rem; border-left: .3rem solid var(--alert); background: var(--alert-paper); color: var(--alert); }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.row > input { flex: 1 1 12rem; width: auto; }
.note { padding: .75rem 1rem; margin: 0 0 1.25rem; border: 1px solid var(--line); border-radius: .375rem; }
.note p { margin: 0; flex: 1 1 12rem; }
.or { margin: 1.25rem 0 0; color: var(--soft); font-size: .9rem; }
.elsewhere { margin: 1.5rem 0 0; }
details, .developer { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.developer { color: var(--soft); font-size: .9rem; margin-bottom: 1rem; }
summary { cursor: pointer; padding: .5rem 0; }
summary h2 { display: inline; font-size: 1rem; }
.apps { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: .75rem; }
.app {
  display: flex; flex-direction: column; align-items: center; gap: .5rem; height: 100%; padding: 1rem .5rem;
  border: 1px solid var(--line); border-radius: .75rem; color: var(--ink); text-align: center; text-decoration: none;
}
.icon {
  display: grid; place-items: center; width: 4rem; height: 4rem; border-radius: 1rem;
  color: #fff; font-size: 1.75rem; font-weight: 600;
}
";

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colors by WCAG 2: from 1 (none) to 21.
    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Of `#rgb` or `#rrggbb`.
    fn luminance(color: &str) -> f64 {
        let digits = color.strip_prefix('#').unwrap();
        let width = digits.len() / 3;
        let channel = |index: usize| {
            let digits = &digits[index * width..(index + 1) * width];
            let value = f64::from(u8::from_str_radix(&digits.repeat(2 / width), 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    }

    /// The color of this name, in the light (the first) or in the dark (the second).
    fn color(name: &str, index: usize) -> &'static str {
        let wanted = format!("--{name}: ");
        let colors: Vec<_> =
            STYLE.split([';', '{']).filter_map(|rule| rule.trim().strip_prefix(&wanted)).collect();
        assert_eq!(colors.len(), 2, "{name}");
        colors[index]
    }

    #[test]
    fn every_text_has_enough_contrast_in_light_and_dark_mode() {
        for index in [0, 1] {
            for (text, ground) in [
                ("ink", "card"),
                ("ink", "paper"),
                ("soft", "card"),
                ("accent", "card"),
                ("on-accent", "accent"),
                ("alert", "alert-paper"),
            ] {
                let contrast = contrast(color(text, index), color(ground, index));
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast}");
            }
            for (line, ground) in [("edge", "card"), ("focus", "card")] {
                assert!(contrast(color(line, index), color(ground, index)) >= 3.0, "{line} on {ground}");
            }
        }
    }

    #[test]
    fn white_letters_have_enough_contrast_on_every_icon_and_on_the_banner() {
        for (index, color) in COLORS.iter().enumerate() {
            assert!(contrast("#fff", color) >= 4.5, "{color}");
            assert!(style().contains(&format!(".icon-{index} {{ background: {color}; }}")));
        }
        assert!(STYLE.contains("background: #5a3e00; color: #fff") && contrast("#fff", "#5a3e00") >= 4.5);
    }
}
