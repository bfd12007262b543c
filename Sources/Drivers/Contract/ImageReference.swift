/// An image's name that says which registry has it: `registry.example.com/a/b:1`, `localhost:5000/a@sha256:…`.
package struct ImageReference: Sendable, Hashable, CustomStringConvertible {
    package let registry: String
    /// With the registry, without the tag.
    package let repository: String
    /// Or a digest; `latest` unless said.
    package let tag: String

    /// `nil` where no registry is named. As Docker has it, the part before the first slash is one if it has a dot or a colon, or
    /// is `localhost`.
    package init?(_ name: String) {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        registry = String(name[..<slash])
        guard registry == "localhost" || registry.contains(".") || registry.contains(":") else { return nil }
        let path = name[name.index(after: slash)...]
        let end = path.firstIndex(of: "@") ?? path.lastIndex(of: ":") ?? path.endIndex
        repository = "\(registry)/\(path[..<end])"
        tag = end == path.endIndex ? "latest" : String(path[path.index(after: end)...])
    }

    package var description: String { "\(repository)\(tag.contains(":") ? "@" : ":")\(tag)" }
}
