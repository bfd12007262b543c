import Model

/// A value of a blueprint and where it was written, so that whatever is wrong with it says where, also after it was spread out.
struct Tree: Sendable, Hashable {
    indirect enum Content: Sendable, Hashable {
        case nothing
        /// A text, a number or a boolean.
        case scalar(JSONValue)
        case list([Tree])
        case mapping([String: Tree])
        /// Something was wrong with it and is noted already; whoever reads it takes a stand-in and says nothing.
        case mistaken
    }

    var content: Content
    var place: Place

    init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
    }

    /// Everything in `value` stands at one place.
    init(_ value: JSONValue, at place: Place) {
        self.place = place
        content =
            switch value {
            case .null: .nothing
            case .array(let items): .list(items.map { Tree($0, at: place) })
            case .object(let members): .mapping(members.mapValues { Tree($0, at: place) })
            default: .scalar(value)
            }
    }

    var value: JSONValue {
        switch content {
        case .nothing, .mistaken: .null
        case .scalar(let value): value
        case .list(let items): .array(items.map(\.value))
        case .mapping(let members): .object(members.mapValues(\.value))
        }
    }

    subscript(key: String) -> Tree? {
        if case .mapping(let members) = content { members[key] } else { nil }
    }

    /// The first text in it, itself included, of which `needle` is a part.
    func first(holding needle: String) -> Tree? {
        switch content {
        case .scalar(.string(let text)): text.contains(needle) ? self : nil
        case .list(let items): items.lazy.compactMap { $0.first(holding: needle) }.first
        case .mapping(let members):
            members.sorted { $0.key < $1.key }.lazy.compactMap { $0.value.first(holding: needle) }.first
        default: nil
        }
    }
}
