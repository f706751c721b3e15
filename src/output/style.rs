//! Roles of text, and the one table that maps them to colours.

/// What a piece of output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Title of a paper.
    Title,
    /// Rank, key, authors, year: who and when.
    Meta,
    /// Section path and page: where.
    Place,
    /// A matching word.
    Match,
    /// A heading of the output itself.
    Heading,
    /// A count.
    Count,
    /// A bar of a facet.
    Bar,
    /// Something to notice: what is missing.
    Warning,
}

/// The terminal sequence of each role; none relies on a dark or a light background.
fn sequence(role: Role) -> &'static str {
    match role {
        Role::Title => "1",
        Role::Meta => "2",
        Role::Place => "36",
        Role::Match => "1;31",
        Role::Heading => "1;4",
        Role::Count => "33",
        Role::Bar => "34",
        Role::Warning => "33",
    }
}

/// Whether and how text may be dressed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Colours.
    pub color: bool,
    /// OSC-8 links.
    pub links: bool,
}

impl Style {
    /// Returns `text` in the colour of its role.
    pub fn paint(&self, role: Role, text: &str) -> String {
        match self.color && !text.is_empty() {
            true => format!("\x1b[{}m{text}\x1b[0m", sequence(role)),
            false => text.to_string(),
        }
    }

    /// Returns `text` as a link to `uri`, where the terminal knows links.
    pub fn link(&self, uri: Option<&str>, text: &str) -> String {
        match uri {
            Some(uri) if self.links => {
                format!("\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\")
            }
            _ => text.to_string(),
        }
    }
}
