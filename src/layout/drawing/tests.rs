//! Floats set by hand, piece by piece.

use super::super::line::{Cell, Line};
use super::super::run::Run;
use super::*;

fn piece(kind: BlockKind, text: &str, bbox: [f32; 4], size: f32) -> Piece {
    let run = Run { text: text.to_owned(), ..Run::default() };
    let lines = vec![Default::default(); if bbox[3] - bbox[1] > 15.0 { 3 } else { 1 }];
    let paragraph = Paragraph {
        run,
        bbox,
        size,
        page: 1,
        page_end: 1,
        lines,
        ..Paragraph::default()
    };
    Piece { kind, paragraph, anchor: None }
}

#[test]
fn axes_and_legends_are_no_tables_and_no_footnotes() {
    let prose = "The share of mud grows with the depth of the water in all of the cores.";
    let pieces = vec![
        piece(BlockKind::Paragraph, prose, [50.0, 50.0, 300.0, 90.0], 10.0),
        piece(BlockKind::Table, "0.2\t0.4\t0.6", [60.0, 100.0, 280.0, 108.0], 7.0),
        piece(BlockKind::Footnote, "50", [60.0, 120.0, 70.0, 128.0], 7.0),
        piece(BlockKind::Paragraph, "core A Mud Sand", [60.0, 140.0, 200.0, 148.0], 7.0),
        piece(BlockKind::Footnote, prose, [60.0, 150.0, 280.0, 158.0], 7.0),
        piece(
            BlockKind::Caption,
            "Figure 1: Grain sizes.",
            [50.0, 170.0, 300.0, 178.0],
            9.0,
        ),
        piece(BlockKind::Table, "Mud\t0.2\t0.4", [60.0, 200.0, 280.0, 208.0], 9.0),
        piece(BlockKind::Caption, "Table 1: Shares.", [50.0, 210.0, 300.0, 218.0], 9.0),
        piece(BlockKind::Footnote, "2A word more.", [50.0, 700.0, 300.0, 708.0], 8.0),
        piece(BlockKind::Paragraph, "10 20 Depth (m)", [350.0, 50.0, 400.0, 58.0], 7.0),
    ];
    let measure = Measure { body: 10.0, pitch: 12.0 };
    let pieces = settle(pieces, measure, &Edges::default());
    let kinds: Vec<&BlockKind> = pieces.iter().map(|p| &p.kind).collect();
    use BlockKind::{Caption, Figure, Footnote, Paragraph, Table};
    let wanted = [
        &Paragraph, &Figure, &Figure, &Figure, &Figure, &Caption, &Table, &Caption,
        &Footnote, &Figure,
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn a_table_is_one_though_it_was_read_in_columns() {
    let at = |text: &str, x0: f32, y: f32| {
        let run = Run { text: text.to_owned(), ..Run::default() };
        let x1 = x0 + 50.0;
        let cell = Cell { x0, x1, start: 0 };
        let line = Line {
            run: run.clone(),
            x0,
            x1,
            y,
            size: 10.0,
            cells: vec![cell],
            ..Line::default()
        };
        let bbox = [x0, line.top(), x1, line.bottom()];
        let paragraph = Paragraph {
            run,
            bbox,
            size: 10.0,
            page: 1,
            lines: vec![line],
            ..Paragraph::default()
        };
        Piece { kind: BlockKind::Paragraph, paragraph, anchor: None }
    };
    let caption =
        piece(BlockKind::Caption, "Table 1: Shares.", [60.0, 80.0, 260.0, 88.0], 10.0);
    let pieces = vec![
        caption,
        at("Core", 60.0, 100.0),
        at("North", 60.0, 112.0),
        at("Mud Sand Clay", 160.0, 100.0),
        at("0.1 0.7 0.2 0.0", 160.0, 112.0),
    ];
    let measure = Measure { body: 10.0, pitch: 12.0 };
    let pieces = settle(pieces, measure, &Edges::default());
    let texts: Vec<&str> = pieces.iter().map(|p| p.paragraph.text()).collect();
    let table = "Core\tMud Sand Clay\nNorth\t0.1\t0.7\t0.2\t0.0";
    assert_eq!(texts, ["Table 1: Shares.", table]);
    assert_eq!(pieces[1].kind, BlockKind::Table);
}

#[test]
fn half_a_line_of_a_caption_is_its_text() {
    let caption = "Figure 1: The share of mud that was drawn as";
    let half = "a function of the depth in all";
    let rest = "of the cores, after they had been left to dry for a year or two.";
    let pieces = vec![
        piece(BlockKind::Caption, caption, [50.0, 100.0, 300.0, 122.0], 9.0),
        piece(BlockKind::Paragraph, half, [180.0, 114.0, 300.0, 122.0], 9.0),
        piece(BlockKind::Paragraph, rest, [50.0, 126.0, 300.0, 134.0], 9.0),
    ];
    let measure = Measure { body: 10.0, pitch: 12.0 };
    let pieces = settle(pieces, measure, &Edges::default());
    let texts: Vec<&str> = pieces.iter().map(|p| p.paragraph.text()).collect();
    assert_eq!(texts, [format!("{caption} {half} {rest}")]);
}
