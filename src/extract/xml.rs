//! A small tree of XML, for the formats that are XML: JATS, DOCX, EPUB's package.
//!
//! Entities that a document defines for itself are not expanded, so none can grow; names lose their
//! prefixes; past the limits on depth and number elements are left out and their text is kept.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::input::Limits;

/// An element.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// Name without prefix.
    pub name: String,
    /// Attributes without prefix.
    pub attributes: Vec<(String, String)>,
    /// What it holds, in order.
    pub children: Vec<Child>,
}

/// What an element holds.
#[derive(Clone, Debug)]
pub(super) enum Child {
    /// Characters.
    Text(String),
    /// An element.
    Node(Node),
}

impl Node {
    /// Gives an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Gives the child elements.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// Gives the first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.nodes().find(|node| node.name == name)
    }

    /// Follows the first children of these names.
    pub(super) fn path(&self, names: &[&str]) -> Option<&Node> {
        names.iter().try_fold(self, |node, name| node.child(name))
    }

    /// Collects all elements of that name below, outermost first; not those inside another of it.
    pub(super) fn all<'a>(&'a self, name: &str, out: &mut Vec<&'a Node>) {
        for node in self.nodes() {
            if node.name == name {
                out.push(node);
            } else {
                node.all(name, out);
            }
        }
    }

    /// All characters below.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.push_text(&mut out);
        out
    }

    fn push_text(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => out.push_str(text),
                Child::Node(node) => node.push_text(out),
            }
        }
    }
}

/// Reads XML; what is broken ends the reading, and the words for it come second.
pub(super) fn parse(text: &str, limits: &Limits) -> (Node, Option<String>) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut stack = vec![Node::default()];
    // Open elements that are too deep to be kept.
    let mut skipped = 0usize;
    let mut left = limits.max_elements.saturating_mul(10);
    let mut fault = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if stack.len() > limits.max_depth || left == 0 || skipped > 0 {
                    skipped += 1;
                } else {
                    left -= 1;
                    stack.push(node_of(&start));
                }
            }
            Ok(Event::Empty(start)) if left > 0 && skipped == 0 => {
                left -= 1;
                append(&mut stack, Child::Node(node_of(&start)));
            }
            Ok(Event::End(_)) if skipped > 0 => skipped -= 1,
            Ok(Event::End(_)) => {
                if stack.len() > 1
                    && let Some(node) = stack.pop()
                {
                    append(&mut stack, Child::Node(node));
                }
            }
            Ok(Event::Text(text)) => append(&mut stack, Child::Text(text.to_string())),
            Ok(Event::CData(data)) => append(&mut stack, Child::Text(data.to_string())),
            Ok(Event::GeneralRef(name)) => {
                let known = match name.resolve_char_ref() {
                    Ok(Some(c)) => Some(c.to_string()),
                    _ => quick_xml::escape::resolve_xml_entity(&name).map(str::to_owned),
                };
                append(&mut stack, Child::Text(known.unwrap_or_default()));
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                let line = 1 + text
                    .as_bytes()
                    .iter()
                    .take(reader.buffer_position() as usize)
                    .filter(|b| **b == b'\n')
                    .count();
                fault = Some(format!("line {line}: not valid XML, the rest is left out"));
                break;
            }
        }
    }
    while stack.len() > 1 {
        if let Some(node) = stack.pop() {
            append(&mut stack, Child::Node(node));
        }
    }
    if left == 0 {
        fault = Some("too many elements: the rest is left out".to_owned());
    }
    (stack.pop().unwrap_or_default(), fault)
}

fn append(stack: &mut [Node], child: Child) {
    let Some(top) = stack.last_mut() else { return };
    if let (Child::Text(text), Some(Child::Text(last))) =
        (&child, top.children.last_mut())
    {
        last.push_str(text);
    } else {
        top.children.push(child);
    }
}

fn node_of(start: &BytesStart<'_>) -> Node {
    let name = start.local_name().as_ref().to_string();
    let attributes = start
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .map(|attribute| {
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map(|v| v.into_owned());
            (attribute.key.local_name().as_ref().to_string(), value.unwrap_or_default())
        })
        .collect();
    Node { name, attributes, children: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_not_expanded_and_depth_is_bounded() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"lol\"><!ENTITY y \"&x;&x;\">]><a>1&y;&amp;&#65;</a>";
        let (root, fault) = parse(bomb, &Limits::default());
        assert_eq!((root.text().as_str(), fault), ("1&A", None));
        let deep = "<a>".repeat(100_000) + "x";
        assert_eq!(parse(&deep, &Limits::default()).0.text(), "x");
    }

    #[test]
    fn broken_xml_gives_what_comes_before() {
        let (root, fault) = parse("<a b:c='d'>text\n<e <", &Limits::default());
        assert_eq!(root.child("a").unwrap().attribute("c"), Some("d"));
        assert_eq!(root.text(), "text\n");
        assert_eq!(fault.unwrap(), "line 2: not valid XML, the rest is left out");
    }
}
