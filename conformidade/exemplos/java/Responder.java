import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TList;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TStruct;
import org.apache.thrift.protocol.TType;
import org.apache.thrift.transport.TMemoryBuffer;
import org.apache.thrift.transport.TMemoryInputTransport;

/** LEDI in Java with the official libthrift and no generated class: it answers `codificar` and `decodificar`. */
public class Responder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Byte> CODES =
      Map.of(
          "bool", TType.BOOL, "i32", TType.I32, "i64", TType.I64, "double", TType.DOUBLE, "string", TType.STRING,
          "binary", TType.STRING, "struct", TType.STRUCT, "list", TType.LIST);
  private static final Map<String, JsonNode> LAYOUTS = new HashMap<>();
  private static Path kit;

  public static void main(String[] arguments) throws IOException {
    kit = Path.of(arguments[0]);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode();
      try {
        answer(request, answer);
      } catch (Exception error) {
        answer.removeAll();
        answer.put("erro", String.valueOf(error.getMessage()));
      }
      answer.set("id", request.get("id"));
      out.println(JSON.writeValueAsString(answer));
    }
  }

  private static void answer(JsonNode request, ObjectNode answer) throws Exception {
    switch (request.get("pedido").asText()) {
      case "capacidades" -> answer.putArray("capacidades").add("codificar").add("decodificar");
      case "codificar" -> answer.put("hex", encode(request.get("registro"), request.get("instalacao")));
      case "decodificar" -> answer.set("registro", decode(HexFormat.of().parseHex(request.get("hex").asText())));
      default -> throw new IllegalArgumentException("pedido desconhecido");
    }
  }

  private static JsonNode layout(String version) throws IOException {
    if (!version.matches("\\d+\\.\\d+\\.\\d+")) throw new IllegalArgumentException("versão que não é n.n.n");
    if (!LAYOUTS.containsKey(version)) {
      File file = kit.resolve("layout").resolve(version + ".json").toFile();
      LAYOUTS.put(version, JSON.readTree(file));
    }
    return LAYOUTS.get(version);
  }

  // ---- writing

  private static String encode(JsonNode record, JsonNode installation) throws Exception {
    JsonNode made = layout(record.get("versao").asText());
    JsonNode ficha = made.get("fichas").get(record.get("tipo").asText());
    ObjectNode transport = JSON.createObjectNode();
    transport.set("uuidDadoSerializado", record.get("uuid"));
    transport.set("tipoDadoSerializado", ficha.get("tipoDadoSerializado"));
    transport.set("cnesDadoSerializado", record.get("cnes"));
    transport.set("codIbge", record.get("ibge"));
    transport.set("ineDadoSerializado", record.get("ine"));
    JsonNode structs = ficha.get("estruturas");
    transport.put("dadoSerializado", bytes(ficha.get("raiz").asText(), record.get("ficha"), structs));
    transport.set("remetente", installation);
    transport.set("originadora", installation);
    String[] numbers = record.get("versao").asText().split("\\.");
    ObjectNode version = transport.putObject("versao");
    version.put("major", Integer.parseInt(numbers[0]));
    version.put("minor", Integer.parseInt(numbers[1]));
    version.put("revision", Integer.parseInt(numbers[2]));
    JsonNode around = made.get("estruturas_transporte");
    return HexFormat.of().formatHex(bytes(made.get("transporte").asText(), transport, around));
  }

  private static byte[] bytes(String struct, JsonNode value, JsonNode structs) throws Exception {
    var buffer = new TMemoryBuffer(1024);
    writeStruct(new TBinaryProtocol(buffer), structs.get(struct), value, structs);
    return java.util.Arrays.copyOf(buffer.getArray(), buffer.length());
  }

  private static void writeStruct(TProtocol out, JsonNode fields, JsonNode value, JsonNode structs) throws Exception {
    for (Iterator<String> names = value.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      boolean known = false;
      for (JsonNode field : fields) known |= field.get("nome").asText().equals(name);
      if (!known) throw new IllegalArgumentException("o layout não tem o campo " + name);
    }
    out.writeStructBegin(new TStruct());
    for (JsonNode field : fields) {
      JsonNode found = value.get(field.get("nome").asText());
      if (found == null || found.isNull()) continue;
      out.writeFieldBegin(new TField("", CODES.get(field.get("tipo").asText()), (short) field.get("id").asInt()));
      writeValue(out, field, found, structs);
      out.writeFieldEnd();
    }
    out.writeFieldStop();
    out.writeStructEnd();
  }

  private static void writeValue(TProtocol out, JsonNode type, JsonNode value, JsonNode structs) throws Exception {
    switch (type.get("tipo").asText()) {
      case "bool" -> out.writeBool(value.asBoolean());
      case "i32" -> out.writeI32(value.asInt());
      case "i64" -> out.writeI64(value.asLong());
      case "double" -> out.writeDouble(value.asDouble());
      case "string" -> out.writeString(value.asText());
      case "binary" -> out.writeBinary(ByteBuffer.wrap(value.binaryValue()));
      case "struct" -> writeStruct(out, structs.get(type.get("estrutura").asText()), value, structs);
      case "list" -> {
        JsonNode item = type.get("item");
        out.writeListBegin(new TList(CODES.get(item.get("tipo").asText()), value.size()));
        for (JsonNode one : value) writeValue(out, item, one, structs);
        out.writeListEnd();
      }
      default -> throw new IllegalArgumentException("tipo desconhecido");
    }
  }

  // ---- reading

  private static ObjectNode decode(byte[] data) throws Exception {
    String any = JSON.readTree(kit.resolve("manifesto.json").toFile()).get("ledi").asText();
    JsonNode around = layout(any).get("estruturas_transporte");
    ObjectNode transport = whole(data, layout(any).get("transporte").asText(), around);
    JsonNode version = transport.get("versao");
    String declared = version.get("major") + "." + version.get("minor") + "." + version.get("revision");
    for (Iterator<Map.Entry<String, JsonNode>> all = layout(declared).get("fichas").fields(); all.hasNext(); ) {
      Map.Entry<String, JsonNode> one = all.next();
      JsonNode ficha = one.getValue();
      if (ficha.get("tipoDadoSerializado").asLong() != transport.get("tipoDadoSerializado").asLong()) continue;
      ObjectNode record = JSON.createObjectNode();
      record.put("tipo", one.getKey());
      record.put("versao", declared);
      put(record, "uuid", transport.get("uuidDadoSerializado"));
      put(record, "cnes", transport.get("cnesDadoSerializado"));
      put(record, "ine", transport.get("ineDadoSerializado"));
      put(record, "ibge", transport.get("codIbge"));
      byte[] inner = transport.get("dadoSerializado").binaryValue();
      record.set("ficha", whole(inner, ficha.get("raiz").asText(), ficha.get("estruturas")));
      return record;
    }
    throw new IllegalArgumentException("tipo de ficha desconhecido");
  }

  private static void put(ObjectNode record, String name, JsonNode value) {
    if (value != null) record.set(name, value);
  }

  private static ObjectNode whole(byte[] data, String struct, JsonNode structs) throws Exception {
    var transport = new TMemoryInputTransport(data);
    ObjectNode made = readStruct(new TBinaryProtocol(transport), structs.get(struct), structs);
    if (transport.getBytesRemainingInBuffer() != 0) throw new TException("sobram bytes depois da ficha");
    return made;
  }

  private static ObjectNode readStruct(TProtocol in, JsonNode fields, JsonNode structs) throws Exception {
    ObjectNode made = JSON.createObjectNode();
    in.readStructBegin();
    for (TField found = in.readFieldBegin(); found.type != TType.STOP; found = in.readFieldBegin()) {
      JsonNode field = null;
      for (JsonNode one : fields) if (one.get("id").asInt() == found.id) field = one;
      if (field == null || CODES.get(field.get("tipo").asText()) != found.type) {
        throw new TException("campo que o layout não tem");
      }
      made.set(field.get("nome").asText(), readValue(in, field, structs));
      in.readFieldEnd();
    }
    in.readStructEnd();
    return made;
  }

  private static JsonNode readValue(TProtocol in, JsonNode type, JsonNode structs) throws Exception {
    var make = JSON.getNodeFactory();
    switch (type.get("tipo").asText()) {
      case "bool":
        return make.booleanNode(in.readBool());
      case "i32":
        return make.numberNode(in.readI32());
      case "i64":
        return make.numberNode(in.readI64());
      case "double":
        return make.numberNode(in.readDouble());
      case "string":
        return make.textNode(in.readString());
      case "binary":
        ByteBuffer found = in.readBinary();
        byte[] copied = new byte[found.remaining()];
        found.get(copied);
        return make.binaryNode(copied);
      case "struct":
        return readStruct(in, structs.get(type.get("estrutura").asText()), structs);
      case "list":
        ArrayNode made = make.arrayNode();
        TList list = in.readListBegin();
        if (list.elemType != CODES.get(type.get("item").get("tipo").asText())) throw new TException("lista de outro tipo");
        for (int i = 0; i < list.size; i++) made.add(readValue(in, type.get("item"), structs));
        in.readListEnd();
        return made;
      default:
        throw new IllegalArgumentException("tipo desconhecido");
    }
  }
}
