#!/bin/bash
# The guest's end of the tests' line: "ID BASE64(script)" comes in, "ID STATUS BASE64(output)" goes out.
exec 3<>/dev/virtio-ports/tests
echo "READY $(cat /proc/sys/kernel/random/boot_id)" >&3
while read -r id script <&3; do
  base64 -d <<< "$script" > /run/vm-agent.script
  bash /run/vm-agent.script > /run/vm-agent.output 2>&1 < /dev/null
  echo "$id $? $(base64 -w0 /run/vm-agent.output)" >&3
done
