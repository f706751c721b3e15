//! A work that lies there in several forms: the best is read, the pages are the PDF's.

use super::{Sandbox, with_table};

const TEX: &str = r"\documentclass{article}
\title{Varves of a northern lake}
\begin{document}
\maketitle
\section{Coring}
Nine cores were drilled from the ice in March and cut into slices of one centimetre each.
\section{Dating}
Every slice was dated twice, by lead and by the varves, with $\pm 2$ years between the two.
\end{document}
";

/// A PDF with a page for each list of lines.
fn pdf(pages: &[&[&str]]) -> String {
    pdf_in(HELVETICA, pages)
}

const HELVETICA: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

/// The same, with another font on the first page.
fn pdf_in(first: &str, pages: &[&[&str]]) -> String {
    let kids: Vec<String> =
        (0..pages.len()).map(|i| format!("{} 0 R", 3 + 2 * i)).collect();
    let mut out = format!(
        "1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [{}] /Count {} >> endobj\n",
        kids.join(" "),
        pages.len()
    );
    for (i, lines) in pages.iter().enumerate() {
        let text: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| {
                format!("BT /F1 11 Tf 72 {} Td ({line}) Tj ET", 700 - 14 * n)
            })
            .collect();
        let text = text.join("\n");
        let (page, content) = (3 + 2 * i, 4 + 2 * i);
        let font = if i == 0 { first } else { HELVETICA };
        out.push_str(&format!(
            "{page} 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R \
             /Resources << /Font << /F1 {font} >> >> >> endobj\n\
             {content} 0 obj << /Length {} >> stream\n{text}\nendstream endobj\n",
            text.len()
        ));
    }
    with_table(&out)
}

#[test]
fn a_note_beside_a_paper_does_not_hide_it() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "corpus/varves.pdf",
        pdf(&[&["Nine cores were drilled from the ice in March and cut into slices."]]),
    );
    sandbox
        .write("corpus/varves.md", "# Varves\n\nRead again: the dating is doubtful.\n");
    assert_eq!(sandbox.run(&["search", "drilled", "-c"]).stdout, "1\n");
    let shown = sandbox.run(&["show", "varves"]).stdout;
    assert!(shown.contains("varves.pdf"), "{shown}");
    assert!(shown.contains("it is the paper itself, with its pages"), "{shown}");
    assert!(shown.contains("spare file: varves.md"), "{shown}");
}

/// A page whose font names its glyphs as nobody knows them: the main engine finds no Unicode, the
/// second takes the codes for what they mostly are.
fn unknown_names() -> String {
    let names: String = ('a'..='z').map(|c| format!("/qx{c}x ")).collect();
    let encoding = format!("/Type /Encoding /Differences [97 {names}]");
    format!("<< /Type /Font /Subtype /Type1 /BaseFont /Odd /Encoding << {encoding} >> >>")
}

#[test]
fn a_page_of_garbage_goes_to_the_second_engine() {
    let sandbox = Sandbox::new();
    let line = "sediment of the lake was cut into slices of one centimetre and dated";
    let pages: [&[&str]; 2] =
        [&[line, line], &["the second page has a font that is known to all"]];
    sandbox.write("corpus/odd.pdf", pdf_in(&unknown_names(), &pages));
    let read = |more: &[&str]| {
        let run = sandbox.run(&[&["text", "corpus/odd.pdf", "--json"], more].concat());
        let text: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let quality = text["quality"].as_f64().unwrap();
        (run.stdout.contains(line), run.stdout.contains("known to all"), quality)
    };
    let (garbage, sound, quality) = read(&["--engine", "main"]);
    assert!(!garbage && sound && quality < 0.5, "{quality}");
    let (mended, sound, quality) = read(&[]);
    assert!(mended && sound && quality > 0.9, "{quality}");
    assert_eq!(sandbox.run(&["search", "\"cut into slices\"", "-c"]).stdout, "1\n");
    let run =
        sandbox.run(&["search", "sediment", "--facet", "quality", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["facets"]["quality"][0]["value"], "sound", "{}", run.shown());
    assert_eq!(answer["facets"]["quality"][0]["count"], 1);
}

#[test]
fn text_of_poor_quality_is_said() {
    let sandbox = Sandbox::new();
    // Too few glyphs for the second engine to be asked, and a third of all.
    let pages: [&[&str]; 2] =
        [&["lake sediment dated"], &["the second page has a font known to all"]];
    sandbox.write("corpus/odd.pdf", pdf_in(&unknown_names(), &pages));
    sandbox.write("corpus/page.md", "# Basins\n\nSedimentary basins fill.\n");
    let status = sandbox.run(&["index"]);
    assert!(status.status <= 2, "{}", status.shown());
    let status = sandbox.run(&["status"]).stdout;
    assert!(status.contains("1 sound, 1 poor"), "{status}");
    assert!(status.contains("text of poor quality (1)\n  odd.pdf: 0."), "{status}");
}

#[test]
fn the_text_is_of_the_tex_and_the_pages_are_of_the_pdf() {
    let sandbox = Sandbox::new();
    let pages: [&[&str]; 2] = [
        &[
            "1 Coring",
            "Nine cores were drilled from the ice in March and cut into slices",
            "of one centimetre each.",
        ],
        &[
            "2 Dating",
            "Every slice was dated twice, by lead and by the varves, with 2 years",
            "between the two.",
        ],
    ];
    sandbox.write("corpus/varves.pdf", pdf(&pages));
    sandbox.write("corpus/varves.tex", TEX);
    let run = sandbox.run(&["search", "dated varves", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let hit = &answer["hits"][0];
    assert_eq!(hit["paper"]["path"], "varves.tex", "{}", run.shown());
    assert_eq!(hit["passage"]["page"], 2, "{}", run.shown());
    assert_eq!(hit["passage"]["section"][0], "2 Dating");
    let shown = sandbox.run(&["show", "varves"]).stdout;
    assert!(shown.contains("TeX is what the authors wrote"), "{shown}");
    assert!(shown.contains("pages from: varves.pdf"), "{shown}");
    let place = sandbox.run(&["open", "--print", "varves#2"]).stdout;
    assert!(place.contains("varves.pdf\t2"), "{place}");
}
