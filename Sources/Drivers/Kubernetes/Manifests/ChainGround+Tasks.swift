import Drivers
import Model

extension ChainGround {
    func labels(of task: PlannedTask) -> ObjectLabels {
        ObjectLabels(work, on: host.id, of: installation, task: task)
    }

    /// Seconds beyond a task's own that its Job may last, for its pod to be started. This driver counts from then on; the cluster's
    /// deadline is there for a Job that nobody watches any more.
    private static let startAllowance = 600

    /// Runs once: it is this driver that tries again, so that every failure is reported.
    func job(of task: PlannedTask, _ parts: PodParts) throws(WorkError) -> Manifest {
        let labels = labels(of: task)
        let name = ObjectNames.task(task.name)
        let files = FileMounts(task.files, of: name)
        let container: [String: JSONValue] = [
            "name": "task", "image": .string(task.image), "imagePullPolicy": PodParts.pull(task.image),
            "args": try parts.words(task.command), "env": try parts.environment(task.environment),
            "resources": task.resources.json, "securityContext": PodParts.confined, "volumeMounts": .array(files.mounts),
        ]
        let pod = parts.pod(
            container, user: task.user, volumes: files.volumes, restarts: "Never", grace: PodParts.taskGrace,
            aliases: parts.aliases())
        var annotations = labels.annotations
        annotations[ClusterLabels.fingerprint] = parts.fingerprint
        return manifest(
            .jobs, name, labels: labels, annotations: annotations,
            [
                "spec": [
                    "backoffLimit": 0, "activeDeadlineSeconds": .integer(task.timeout + Self.startAllowance),
                    "template": ["metadata": ["labels": .texts(labels.selectable)], "spec": pod],
                ]
            ])
    }

    /// What a task has given, for the pods of others.
    func given(by task: PlannedTask, _ given: GivenFiles) throws(WorkError) -> Manifest {
        var data: [String: JSONValue] = [:]
        for file in task.gives {
            data[file] = .base64(try given.content(of: TaskFile(task: task.name, file: file)))
        }
        return manifest(.configMaps, ObjectNames.given(task.name), labels: labels(of: task), ["binaryData": .object(data)])
    }
}
