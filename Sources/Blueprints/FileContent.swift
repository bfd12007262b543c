import FoundationEssentials
import Model

extension ConnectionFile {
    init(_ branch: Branch) {
        branch.allow(["name", "mediaType", "content", "lines", "json"])
        let mediaType = branch["mediaType"].text(matching: .mediaType)
        if branch["json"].exists, !mediaType.isEmpty, mediaType != "application/json", !mediaType.hasSuffix("+json") {
            branch["mediaType"].refuse("must be application/json, or end with +json, where json is the content")
        }
        self.init(
            name: branch["name"].text(matching: .relativePath), mediaType: mediaType, content: branch.fileContent() ?? "")
    }
}

extension Branch {
    /// `content` as it stands, or `lines`, each ended, or a tree that becomes JSON; `nil` where one of `others` is there instead.
    func fileContent(orElse others: [String] = []) -> String? {
        let ways = ["content", "lines", "json"] + others
        let used = ways.filter { self[$0].exists }
        guard used.count == 1, let way = used.first else {
            refuse("must have one of \(ways.joined(separator: ", "))")
            return nil
        }
        switch way {
        case "content": return self["content"].scalarText()
        case "lines": return self["lines"].items().map { $0.scalarText() + "\n" }.joined()
        case "json": return self["json"].json()
        default: return nil
        }
    }

    private func json() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(tree.value), as: UTF8.self) + "\n"
        } catch {
            refuse("can't be written as JSON: \(error)")
            return ""
        }
    }
}
