/// A rule for the spelling of a text, and its words.
struct Pattern: Sendable {
    let rule: String
    let matches: @Sendable (String) -> Bool

    /// Names of nodes become host names, and names of blueprints parts of addresses.
    static let name = Pattern(rule: "must be a lower-case letter, then letters, digits and hyphens, 30 at most") { text in
        isSpelt(text, first: isLower, rest: isNameCharacter, longest: 30) && text.last != "-"
    }

    /// Names of parameters, lists, words and secrets.
    static let word = Pattern(rule: "must be a letter, then letters and digits, 40 at most") { text in
        isSpelt(text, first: isLetter, rest: isLetterOrDigit, longest: 40)
    }

    static let hostName = Pattern(rule: "must be a host name of lower-case letters, digits, hyphens and dots, 253 at most") {
        text in
        text.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                isSpelt(label, first: { isLower($0) || isDigit($0) }, rest: isNameCharacter, longest: 63) && label.last != "-"
            }
    }

    /// What a certificate may name; what `${host.address}` will be is known on the host only.
    static let alternativeName = Pattern(rule: "must be a DNS name, an IP address or ${host.address}") { text in
        text == "${host.address}"
            || isSpelt(
                text, first: { isLetterOrDigit($0) || "*:".contains($0) }, rest: { isLetterOrDigit($0) || "-_.:".contains($0) },
                longest: 253)
    }

    static let image = Pattern(rule: "must be an image: letters, digits and ._:/@-, 255 at most") { text in
        isSpelt(text, first: isLetterOrDigit, rest: { isLetterOrDigit($0) || "._:/@-".contains($0) }, longest: 255)
    }

    static let user = Pattern(rule: "must be uid or uid:gid, in numbers") { text in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { isSpelt($0, first: isDigit, rest: isDigit, longest: 5) }
    }

    static let variable = Pattern(rule: "must be a letter or _, then letters, digits and _.-, 200 at most") { text in
        isSpelt(text, first: { isLetter($0) || $0 == "_" }, rest: { isLetterOrDigit($0) || "_.-".contains($0) }, longest: 200)
    }

    static let fileName = Pattern(rule: "must be a file's name: a letter or digit, then letters, digits and ._-, 100 at most") {
        text in
        isSpelt(text, first: isLetterOrDigit, rest: { isLetterOrDigit($0) || "._-".contains($0) }, longest: 100)
    }

    static let relativePath = Pattern(
        rule: "must be a file's name, or a path that goes down: letters, digits and ._@-, parted by /, 200 at most"
    ) { text in
        text.count <= 200
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                isSpelt(part, first: isLetterOrDigit, rest: { isLetterOrDigit($0) || "._@-".contains($0) }, longest: 100)
            }
    }

    static let mediaType = Pattern(rule: "must be a media type, such as application/json") { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy {
                isSpelt($0, first: isLetterOrDigit, rest: { isLetterOrDigit($0) || "._+-".contains($0) }, longest: 60)
            }
    }

    static let country = Pattern(rule: "must be a country's two capital letters") { text in
        text.count == 2 && text.allSatisfy { ("A"..."Z").contains($0) }
    }
}

private func isSpelt(
    _ text: some StringProtocol, first: (Character) -> Bool, rest: (Character) -> Bool, longest: Int
) -> Bool {
    guard let head = text.first, text.count <= longest else { return false }
    return first(head) && text.dropFirst().allSatisfy(rest)
}

private func isLower(_ character: Character) -> Bool { ("a"..."z").contains(character) }
private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
private func isLetter(_ character: Character) -> Bool { isLower(character) || ("A"..."Z").contains(character) }
private func isLetterOrDigit(_ character: Character) -> Bool { isLetter(character) || isDigit(character) }
private func isNameCharacter(_ character: Character) -> Bool { isLower(character) || isDigit(character) || character == "-" }
