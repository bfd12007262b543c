/// A rule for the spelling of a name, and its words.
struct Pattern {
    let rule: String
    private let first: @Sendable (Character) -> Bool
    private let rest: @Sendable (Character) -> Bool
    private let longest: Int

    func matches(_ text: String) -> Bool {
        guard let head = text.first, text.count <= longest else { return false }
        return first(head) && text.dropFirst().allSatisfy(rest)
    }

    /// Names of nodes become host names, and names of blueprints parts of addresses.
    static let name = Pattern(
        rule: "must be a lower-case letter, then letters, digits and hyphens, 30 at most",
        first: { $0.isASCIILower }, rest: { $0.isASCIILower || $0.isASCIIDigit || $0 == "-" }, longest: 30)

    /// Names of parameters and secrets.
    static let word = Pattern(
        rule: "must be a letter, then letters and digits, 40 at most",
        first: { $0.isASCIILetter }, rest: { $0.isASCIILetter || $0.isASCIIDigit }, longest: 40)
}

extension Character {
    fileprivate var isASCIILower: Bool { ("a"..."z").contains(self) }
    fileprivate var isASCIILetter: Bool { isASCIILower || ("A"..."Z").contains(self) }
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
