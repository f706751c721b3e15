//! The pictures of the README: a real answer in a narrow and a wide terminal, dark and light, as SVG. `UPDATE_EXPECT=1 cargo test` draws it anew.

use std::fmt::Write;
use std::path::Path;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::bundled::run_in_wide;

const COLUMN: f32 = 8.4;
const LINE: f32 = 18.0;
const MARGIN: f32 = 16.0;
const ROWS: usize = 44;

/// The colours of a terminal: ground, text, and those that the program chooses by number.
struct Theme {
    ground: &'static str,
    text: &'static str,
    dim: &'static str,
    red: &'static str,
    yellow: &'static str,
    blue: &'static str,
    cyan: &'static str,
}

const DARK: Theme = Theme {
    ground: "#16181d",
    text: "#d6d9df",
    dim: "#8b919c",
    red: "#ff7b72",
    yellow: "#e3b341",
    blue: "#6cb6ff",
    cyan: "#56d4dd",
};

const LIGHT: Theme = Theme {
    ground: "#ffffff",
    text: "#1f2328",
    dim: "#59636e",
    red: "#cf222e",
    yellow: "#7d5600",
    blue: "#0969da",
    cyan: "#136d75",
};

#[test]
fn the_pictures_of_the_readme_are_a_real_answer() {
    let query = "masked image modeling versus contrastive learning";
    let args = ["search", query, "-n", "3", "--per-paper", "1", "--color", "always"];
    let prompt = format!("\u{1b}[2m$ citemap search \"{query}\"\u{1b}[0m");
    for (columns, names) in [
        (80, ["docs/answer.svg", "docs/answer-light.svg"]),
        (200, ["docs/answer-wide.svg", "docs/answer-wide-light.svg"]),
    ] {
        let (text, status) = run_in_wide(&args, columns);
        assert_eq!(status, 0);
        let lines: Vec<String> = std::iter::once(prompt.clone())
            .chain(text.lines().map(without_time))
            .take(ROWS)
            .collect();
        for line in &lines {
            assert!(plain(line).width() <= columns, "wider than {columns}: {line}");
        }
        for (name, theme) in names.into_iter().zip([&DARK, &LIGHT]) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
            expect_test::expect_file![path].assert_eq(&svg(&lines, columns, theme));
        }
    }
}

/// The milliseconds of an answer differ from run to run.
fn without_time(line: &str) -> String {
    match (line.find(" ("), line.find(" ms)")) {
        (Some(from), Some(to)) if from < to => {
            format!("{}{}", &line[..from], &line[to + 4..])
        }
        _ => line.to_owned(),
    }
}

fn svg(lines: &[String], columns: usize, theme: &Theme) -> String {
    let width = columns as f32 * COLUMN + 2.0 * MARGIN;
    let height = lines.len() as f32 * LINE + 2.0 * MARGIN;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>",
        theme.ground
    );
    // A look holds until it is ended, over the ends of lines.
    let mut codes = "0".to_owned();
    for (row, line) in lines.iter().enumerate() {
        let y = MARGIN + LINE * (row as f32 + 0.75);
        let mut column = 0;
        for (codes, text) in runs(line, &mut codes) {
            let style = look(&codes, theme);
            let x = MARGIN + column as f32 * COLUMN;
            let length = text.width() as f32 * COLUMN;
            if !text.trim().is_empty() {
                let _ = writeln!(
                    out,
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" xml:space=\"preserve\" {style}>{}</text>",
                    escaped(&text)
                );
            }
            column += text.width();
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Cuts a line into pieces of one look, each with its codes, and of one width of letters, so that
/// a font without Chinese letters moves only those.
fn runs(line: &str, codes: &mut String) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut rest = line;
    let mut cut = true;
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let end = sequence.find('m').expect("a whole sequence");
            *codes = sequence[..end].to_owned();
            rest = &sequence[end + 1..];
            cut = true;
            continue;
        }
        let wide = |c: char| c.width() == Some(2);
        let indent = |text: &str| text.chars().all(|c| c == ' ');
        match out.last_mut() {
            // The blanks of an indent are not stretched with the words behind them.
            Some((_, text))
                if !cut
                    && text.ends_with(wide) == wide(c)
                    && (c == ' ' || !indent(text)) =>
            {
                text.push(c);
            }
            _ => out.push((codes.clone(), c.to_string())),
        }
        cut = false;
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn look(codes: &str, theme: &Theme) -> String {
    let (mut color, mut extra) = (theme.text, String::new());
    for code in codes.split(';') {
        match code {
            "1" => extra.push_str(" font-weight=\"bold\""),
            "4" => extra.push_str(" text-decoration=\"underline\""),
            "2" => color = theme.dim,
            "31" => color = theme.red,
            "33" => color = theme.yellow,
            "34" => color = theme.blue,
            "36" => color = theme.cyan,
            _ => {}
        }
    }
    format!("fill=\"{color}\"{extra}")
}

fn plain(line: &str) -> String {
    runs(line, &mut String::new()).into_iter().map(|(_, text)| text).collect()
}

fn escaped(text: &str) -> String {
    let kept = text.chars().filter(|c| c.width().is_some());
    kept.collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
