//! The picture in the README: a real answer, drawn as SVG. `UPDATE_EXPECT=1 cargo test` draws it anew.

use std::fmt::Write;
use std::path::Path;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::bundled::run_in_bundled;

const COLUMN: f32 = 8.4;
const LINE: f32 = 18.0;
const MARGIN: f32 = 16.0;
const ROWS: usize = 44;

#[test]
fn the_picture_of_the_readme_is_a_real_answer() {
    let query = "masked image modeling versus contrastive learning";
    let args = ["search", query, "-n", "3", "--per-paper", "1", "--color", "always"];
    let (text, status) = run_in_bundled(&args);
    assert_eq!(status, 0);
    let prompt = format!("\u{1b}[2m$ citemap search \"{query}\"\u{1b}[0m");
    let lines: Vec<String> = std::iter::once(prompt)
        .chain(text.lines().map(without_time))
        .take(ROWS)
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/answer.svg");
    expect_test::expect_file![path].assert_eq(&svg(&lines));
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

fn svg(lines: &[String]) -> String {
    let columns = lines.iter().map(|l| plain(l).width()).max().unwrap_or(80).max(80);
    let width = columns as f32 * COLUMN + 2.0 * MARGIN;
    let height = lines.len() as f32 * LINE + 2.0 * MARGIN;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>"
    );
    for (row, line) in lines.iter().enumerate() {
        let y = MARGIN + LINE * (row as f32 + 0.75);
        let mut column = 0;
        for (style, text) in runs(line) {
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

/// Cuts a line into pieces of one look.
fn runs(line: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut style = look("0");
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        if at > 0 {
            out.push((style.clone(), rest[..at].to_owned()));
        }
        let end = at + rest[at..].find('m').expect("a whole sequence");
        style = look(&rest[at + 2..end]);
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        out.push((style, rest.to_owned()));
    }
    out
}

fn look(codes: &str) -> String {
    let (mut color, mut extra) = ("#d6d9df", "");
    for code in codes.split(';') {
        match code {
            "1" => extra = " font-weight=\"bold\"",
            "2" => color = "#8b919c",
            "31" => color = "#ff7b72",
            "33" => color = "#e3b341",
            "34" => color = "#6cb6ff",
            "36" => color = "#56d4dd",
            _ => {}
        }
    }
    format!("fill=\"{color}\"{extra}")
}

fn plain(line: &str) -> String {
    runs(line).into_iter().map(|(_, text)| text).collect()
}

fn escaped(text: &str) -> String {
    let kept = text.chars().filter(|c| c.width().is_some());
    kept.collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
