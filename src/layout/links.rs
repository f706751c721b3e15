//! Which link annotation lies over a point of a page.

use crate::extract::{Link, LinkTarget};

/// Height of the bands by which annotations are found.
const BAND: f32 = 16.0;

/// The annotations of one page that lead to a place inside the document, by bands of height.
#[derive(Clone, Debug, Default)]
pub(super) struct PageLinks {
    /// Page index.
    pub page: u32,
    bands: Vec<Vec<(u32, [f32; 4])>>,
}

impl PageLinks {
    /// Returns the pages' annotations, one entry a page.
    pub(super) fn of(links: &[Link], n_pages: usize) -> Vec<PageLinks> {
        let mut pages: Vec<PageLinks> = (0..n_pages)
            .map(|page| PageLinks { page: page as u32, bands: vec![] })
            .collect();
        for (index, link) in links.iter().enumerate() {
            let Some(page) = pages.get_mut(link.page) else { continue };
            if matches!(link.target, LinkTarget::Uri(_)) {
                continue;
            }
            let band = |y: f32| (y / BAND).clamp(0.0, 2000.0) as usize;
            let (first, last) = (band(link.rect[1]), band(link.rect[3]));
            if page.bands.len() <= last {
                page.bands.resize(last + 1, vec![]);
            }
            for entries in &mut page.bands[first..=last] {
                entries.push((index as u32, link.rect));
            }
        }
        pages
    }

    /// Tells whether the page has none.
    pub(super) fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// Returns the annotation over a point, the first where several overlap.
    pub(super) fn at(&self, x: f32, y: f32) -> Option<u32> {
        if y < 0.0 {
            return None;
        }
        let band = self.bands.get((y / BAND) as usize)?;
        let over = |rect: &[f32; 4]| {
            x >= rect[0] && x <= rect[2] && y >= rect[1] && y <= rect[3]
        };
        band.iter().find(|(_, rect)| over(rect)).map(|(index, _)| *index)
    }
}
