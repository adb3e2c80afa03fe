"""Walks a node with taxii2-client and prints what it found as JSON."""

import json
import sys

import requests
from taxii2client.v21 import Collection, Server, Status, as_pages


def deleted(url):
    """Asks for a deletion past the client, which looks at `can_write` first and asks nothing."""
    accept = {"Accept": "application/taxii+json;version=2.1"}
    requests.delete(url, auth=(login, token), headers=accept, timeout=60).raise_for_status()


def refused(act):
    """The status of the answer that `act` is refused with."""
    try:
        act()
    except requests.exceptions.HTTPError as error:
        body = error.response.json()
        assert body["http_status"] == str(error.response.status_code), body
        return error.response.status_code
    return None


url, login, token, envelope = sys.argv[1:5]
server = Server(url, user=login, password=token)
found = {"title": server.title, "roots": [root.url for root in server.api_roots]}
root = server.default
found["root"] = [root.title, root.versions, root.max_content_length]
collections = {each.alias: each for each in root.collections}
found["collections"] = [
    [each.alias, each.can_read, each.can_write, each.media_types] for each in root.collections
]
releases, inbox = collections["releases"], collections["inbox"]

pages = list(as_pages(releases.get_objects, per_request=7))
objects = [each for page in pages for each in page.get("objects", [])]
found["objects"] = [len(pages), len(objects), len({each["id"] for each in objects})]
pages = list(as_pages(releases.get_manifest, per_request=7))
records = [each for page in pages for each in page.get("objects", [])]
found["manifest"] = [len(pages), len(records)]
assert [each["id"] for each in records] == [each["id"] for each in objects]
pages = list(as_pages(releases.get_objects, per_request=5, type="indicator"))
found["indicators"] = sum(len(page.get("objects", [])) for page in pages)

one = next(each for each in objects if each["type"] == "indicator")
assert releases.get_object(one["id"])["objects"] == [one]
found["versions"] = releases.object_versions(one["id"])["versions"]
found["filters"] = {
    "id": len(releases.get_objects(id=one["id"])["objects"]),
    "nothing": releases.get_objects(type="malware"),
    "first": len(releases.get_objects(id=one["id"], version="first")["objects"]),
    "exact": len(releases.get_objects(id=one["id"], version=one["modified"])["objects"]),
    "spec": releases.get_objects(spec_version="2.0"),
    "after": len(releases.get_objects(added_after=records[9]["date_added"])["objects"]),
    "after_all": releases.get_objects(added_after=records[-1]["date_added"]),
}

with open(envelope, encoding="utf-8") as file:
    status = inbox.add_objects(json.load(file))
found["status"] = [status.status, status.total_count, status.success_count, status.failure_count]
again = Status(root.url + "status/" + status.id + "/", user=login, password=token)
assert again.id == status.id and again.failures == status.failures
found["failure"] = [each["id"] for each in status.failures]

# A collection that is readable and writable: what was sent is read back, and nothing that was given.
own = collections["submissions"]
with open(envelope, encoding="utf-8") as file:
    sent = json.load(file)["objects"]
status = own.add_objects({"objects": sent})
taken = {each["id"] for each in status.successes}
back = [each for page in as_pages(own.get_objects, per_request=2) for each in page["objects"]]
assert back == [each for each in sent if each["id"] in taken], ([each["id"] for each in back], sorted(taken))
records = own.get_manifest()["objects"]
assert [each["id"] for each in records] == [each["id"] for each in back]
assert own.get_object(back[0]["id"])["objects"] == back[:1]
assert len(own.object_versions(back[0]["id"])["versions"]) == 1
found["own"] = [len(back), refused(lambda: own.get_object(one["id"]))]

nowhere = Collection(root.url + "collections/nowhere/", user=login, password=token)
missing = "indicator--00000000-0000-4000-8000-0000000fffff"
stranger = Collection(releases.url, user=login, password="wrong")
found["refused"] = {
    "collection": refused(nowhere.refresh),
    "object": refused(lambda: releases.get_object(missing)),
    "delete": refused(lambda: deleted(releases.objects_url + one["id"] + "/")),
    "limit": refused(lambda: releases.get_objects(limit=-1)),
    "version": refused(lambda: releases.get_objects(version="all,last")),
    "stranger": refused(stranger.refresh),
}
json.dump(found, sys.stdout)
