import Drivers
import Model

/// Labels and annotations that objects of a cluster carry beside `ObjectLabels`.
enum ClusterLabels {
    /// On StatefulSets and Jobs: which vault their files were made from.
    static let fingerprint = "continuo.vault-fingerprint"
    /// On StatefulSets: seconds after a start during which a failing probe says nothing.
    static let grace = "continuo.grace"

    /// What can be selected by; the rest of `ObjectLabels` stands in annotations. A label has 63 characters at most.
    static let selectable: Set<String> = [
        ObjectLabels.Name.installation, ObjectLabels.Name.host, ObjectLabels.Name.chain, ObjectLabels.Name.incarnation,
        ObjectLabels.Name.node, ObjectLabels.Name.task,
    ]
}

extension ObjectLabels {
    var selectable: [String: String] {
        dictionary.filter { ClusterLabels.selectable.contains($0.key) }
            .merging(["app.kubernetes.io/managed-by": "continuo"]) { _, other in other }
    }

    var annotations: [String: String] { dictionary.filter { !ClusterLabels.selectable.contains($0.key) } }
}
