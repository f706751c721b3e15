//! What the name of a font, and the flags of its descriptor, tell about its look.

use hayro_syntax::object::{Array, Dict, Name};

use crate::extract::FontInfo;

/// Reads a font dictionary's name and descriptor.
pub(super) fn describe(font: &Dict<'_>) -> FontInfo {
    let name = font.get::<Name<'_>>(b"BaseFont");
    let mut info = from_name(name.as_ref().map_or("", |n| n.as_str()));
    let descriptor = font.get::<Dict<'_>>(b"FontDescriptor").or_else(|| {
        let descendants = font.get::<Array<'_>>(b"DescendantFonts")?;
        descendants.iter::<Dict<'_>>().next()?.get::<Dict<'_>>(b"FontDescriptor")
    });
    if let Some(descriptor) = descriptor {
        let flags = descriptor.get::<u32>(b"Flags").unwrap_or(0);
        // ISO 32000-2, table 121: fixed pitch, italic, force bold.
        info.mono |= flags & 1 != 0;
        info.italic |= flags & (1 << 6) != 0;
        info.bold |= flags & (1 << 18) != 0;
        info.bold |= descriptor.get::<f32>(b"FontWeight").is_some_and(|w| w >= 600.0);
    }
    info
}

/// Reads a PostScript name such as `ABCDEF+CMBX10`.
pub(super) fn from_name(name: &str) -> FontInfo {
    let name = match name.find('+') {
        Some(6) => &name[7..],
        _ => name,
    };
    let lower = name.to_ascii_lowercase();
    let starts = |list: &[&str]| list.iter().any(|s| lower.starts_with(s));
    let holds = |list: &[&str]| list.iter().any(|s| lower.contains(s));
    let ends = |list: &[&str]| list.iter().any(|s| lower.ends_with(s));
    FontInfo {
        bold: holds(&["bold", "black", "heavy", "demi"])
            || starts(&["cmbx", "cmssbx", "sfbx", "ecbx", "cmb1"])
            || starts(&["linbiolinumtb", "linlibertinetb", "linlibertinetz"])
            || lower.starts_with("nimbus") && lower.contains("medi")
            || ends(&["-bd", ".b", "lbx"]),
        italic: holds(&["ital", "obli"]) || starts(&["cmti", "cmmi"]),
        mono: holds(&["mono", "courier", "typewriter"]) || starts(&["cmtt", "nimbusmon"]),
        math: lower.contains("math")
            || starts(&["cmmi", "cmsy", "cmex", "msam", "msbm", "mtsy", "mtmi", "txsy"])
            || starts(&["txmi", "rsfs", "eufm"]),
        name: name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_by_name() {
        let tell = |n: &str| {
            let i = from_name(n);
            (i.name, i.bold, i.italic, i.mono, i.math)
        };
        let is = |n: &str, b, i, m, x| (n.to_string(), b, i, m, x);
        assert_eq!(tell("ABCDEF+CMBX10"), is("CMBX10", true, false, false, false));
        assert_eq!(tell("CMMI7"), is("CMMI7", false, true, false, true));
        assert_eq!(
            tell("NimbusRomNo9L-Medi"),
            is("NimbusRomNo9L-Medi", true, false, false, false)
        );
        assert_eq!(
            tell("NimbusMonL-Regu"),
            is("NimbusMonL-Regu", false, false, true, false)
        );
        assert_eq!(
            tell("Courier-Oblique"),
            is("Courier-Oblique", false, true, true, false)
        );
    }
}
