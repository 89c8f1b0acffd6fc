-- Asks Palier whether a request may go to the portal. Loaded by haproxy-forward-auth.cfg.
-- Yes sets what the gateway says of the client on the request; anything else is answered as the gateway says.

local ask = "http://127.0.0.1:43517/.palier/forward-auth/haproxy"
local secret = nil -- where forwardAuth has a secret
local patience = 10000

-- Of one connection only, or said by this script itself.
local not_asked = {
  ["host"] = true, ["connection"] = true, ["keep-alive"] = true, ["proxy-connection"] = true, ["te"] = true,
  ["content-length"] = true, ["transfer-encoding"] = true, ["expect"] = true,
}
local not_answered = {
  ["connection"] = true, ["keep-alive"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
  ["date"] = true,
}
local own = {
  "x-original-method", "x-original-uri", "x-original-host", "x-original-peer", "x-original-length",
  "x-original-coding", "palier-front-secret",
}

local function values(list)
  local all = {}
  for index = 0, #list do
    if list[index] ~= nil then all[#all + 1] = list[index] end
  end
  return all
end

core.register_action("palier_ask", { "http-req" }, function(txn)
  local question = {}
  for _, name in ipairs(own) do txn.http:req_del_header(name) end
  local sent = txn.http:req_get_headers()
  for name, list in pairs(sent) do
    if not not_asked[name] then question[name] = values(list) end
  end
  question["x-original-method"] = { txn.sf:method() }
  question["x-original-uri"] = { txn.sf:pathq() }
  question["x-original-host"] = values(sent["host"] or {})
  question["x-original-peer"] = { txn.sf:src() }
  if sent["content-length"] then question["x-original-length"] = values(sent["content-length"]) end
  if sent["transfer-encoding"] then question["x-original-coding"] = values(sent["transfer-encoding"]) end
  if secret ~= nil then question["palier-front-secret"] = { secret } end

  local answer = core.httpclient():get { url = ask, headers = question, timeout = patience }
  if answer == nil or answer.status == nil or answer.status == 0 then return end

  if answer.status == 200 then
    for _, name in ipairs({ "palier-assertion", "cookie" }) do
      local value = answer.headers[name] and answer.headers[name][0] or ""
      txn.http:req_del_header(name)
      if value ~= "" then txn.http:req_set_header(name, value) end
    end
    txn:set_var("txn.palier", "yes")
    return
  end

  local reply = txn:reply { status = answer.status, body = answer.body }
  for name, list in pairs(answer.headers) do
    if not not_answered[name] then
      for _, value in ipairs(values(list)) do reply:add_header(name, value) end
    end
  end
  txn:done(reply)
end, 0)
