import FoundationEssentials
import Model

extension ConnectionFile {
    /// Its content is text, lines, or a tree that becomes JSON.
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["name", "mediaType", "content", "lines", "json"])
        let name = try branch["name"].text()
        guard !name.contains("/") else { throw branch["name"].refused("must be a file name, no path") }
        let content = branch["json"].value == nil ? try branch.fileContent() : try branch["json"].json()
        self.init(name: name, mediaType: try branch["mediaType"].text(), content: content)
    }
}

extension Branch {
    fileprivate func json() throws(BlueprintError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
        } catch {
            throw refused("can't be written as JSON: \(error)")
        }
    }

    /// `content` as it stands, or `lines`, each ended.
    func fileContent() throws(BlueprintError) -> String {
        switch (self["content"].value, self["lines"].value) {
        case (_?, nil): return try self["content"].scalarText()
        case (nil, _?):
            return try self["lines"].items().map { (line) throws(BlueprintError) in try line.scalarText() + "\n" }.joined()
        default: throw refused("must have either content or lines")
        }
    }

    func texts() throws(BlueprintError) -> [String: String] {
        var result: [String: String] = [:]
        for (key, branch) in try members() { result[key] = try branch.scalarText() }
        return result
    }

    func absolutePath() throws(BlueprintError) -> String {
        let path = try text()
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard path.hasPrefix("/"), path.count < 200, !parts.isEmpty, !parts.contains(where: { ["", ".", ".."].contains($0) })
        else {
            throw refused("must be an absolute path without . and .., shorter than 200 characters")
        }
        return path
    }

    /// Permission bits as four octal digits in quotes: YAML itself reads 0400 in different ways.
    func permissions() throws(BlueprintError) -> Int {
        guard case .string(let text) = value, text.count == 4, text.hasPrefix("0"), let bits = Int(text, radix: 8) else {
            throw refused("must be four octal digits in quotes, the first 0")
        }
        return bits
    }
}
