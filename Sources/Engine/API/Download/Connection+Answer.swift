import HTTPTypes
import Model
import Wire

extension Wire.Answer.Connection {
    private static let (json, zip) = ("application/json", "application/zip")

    /// As JSON, or its files as a zip archive for who likes that better.
    func answer(of chain: ChainID, to accept: Accept) -> Answer {
        var answer =
            accept.preferred(of: [Self.json, Self.zip]) == Self.zip
            ? archived(chain) : Answer(.ok, json: json(chain: chain))
        answer.headers[.vary] = "Accept"
        answer.headers[.cacheControl] = "no-store"
        return answer
    }

    private func archived(_ chain: ChainID) -> Answer {
        let entries = files.map { ZipArchive.Entry(name: $0.name, content: Array($0.content.utf8)) }
        var answer = Answer(.ok, bytes: ZipArchive.bytes(entries), type: Self.zip)
        answer.headers[.contentDisposition] = "attachment; filename=\"chain-\(chain).zip\""
        return answer
    }
}
