//! `read_media_file`: the bytes of a file that is not text.

use data_encoding::BASE64;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cap::{Read, Target};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::text::{self, Piece, Room};
use crate::tool::{Content, MediaKind, Tool};

/// A piece that tells whether a file is a text.
const FIRST: Piece = Piece::Bytes { offset: 0, count: 1 };

pub(super) struct ReadMediaFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file.
    #[schemars(example = "docs/logo.png")]
    path: VirtualPath,
}

impl Tool for ReadMediaFile {
    const NAME: &'static str = "read_media_file";
    const ABOUT: &'static str = "Reads an image, audio or other binary file whole, up to some MiB.";
    const MEDIA: bool = true;
    type Needs = Read;
    type Args = Args;
    type Output = Vec<Content>;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(_: &Args, at: Target<Read>, budget: &Budget) -> Result<Vec<Content>, ToolError> {
        let file = at.place(budget)?.open_file()?;
        let most = budget.limits().max_media_bytes;
        // One byte more than may be: it tells whether the file has grown beyond it since it was opened.
        let room = file.size().min(most as u64).saturating_add(1);
        let mut buffer = vec![0; usize::try_from(room).unwrap_or(most)];
        let bytes = file.read_at(&mut buffer, 0)?;
        if bytes.len() > most || file.size() > most as u64 {
            let size = file.size().max(bytes.len() as u64);
            let sentence =
                format!("`{}` has {size} bytes, over the limit of {most}", file.display_path());
            // A hint at read_text_file would lead back here where the file is not a text.
            let hint = match text::read(&file, FIRST, Room { chars: 1, before_line: 0 }, budget) {
                Ok(_) => "read_text_file reads a text of any size piece by piece",
                Err(_) => "the user can change max_media_bytes; get_file_info says what it is",
            };
            return Err(ToolError::new(Code::OverLimit, sentence).hint(hint));
        }
        let (kind, mime) = kind(bytes);
        let path = file.display_path().to_owned();
        Ok(vec![Content::Media { kind, mime, path, base64: BASE64.encode(bytes) }])
    }
}

/// Told from the bytes: a name can say anything.
fn kind(bytes: &[u8]) -> (MediaKind, &'static str) {
    match infer::get(bytes) {
        Some(known) if known.matcher_type() == infer::MatcherType::Image => {
            (MediaKind::Image, known.mime_type())
        }
        Some(known) if known.matcher_type() == infer::MatcherType::Audio => {
            (MediaKind::Audio, known.mime_type())
        }
        Some(known) => (MediaKind::Bytes, known.mime_type()),
        None => (MediaKind::Bytes, "application/octet-stream"),
    }
}
